-- Asks for the paths of a file one after the other, each once before any comes again, and tells in
-- one line of JSON what came of it. PAUSE_MS is the longest pause between two. A single path is made
-- into a request once, by wrk itself: what is to be measured is not this script.
local lines = {}
for line in io.lines(os.getenv("PATHS")) do lines[#lines + 1] = line end
local paths = {}
local asked = 0
local pause = tonumber(os.getenv("PAUSE_MS"))
if pause > 0 then
  function delay() return math.random(0, pause) end
end

if #lines == 1 then
  wrk.path = lines[1]
else
  function init()
    for number, line in ipairs(lines) do paths[number] = wrk.format("GET", line) end
  end

  function request()
    asked = asked % #paths + 1
    return paths[asked]
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nresult {"rate": %.1f, "p50": %.2f, "p95": %.2f, "p99": %.2f, "requests": %d, "errors": %d}\n',
    summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000,
    summary.requests,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
