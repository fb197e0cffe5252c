-- Requests the paths of a file in order, all before any is repeated, and prints the result as one line
-- of JSON. PAUSE_MS is the longest pause between two requests. A single path is formatted once, by wrk
-- itself, so that the cost of this script is not measured. With NEW_IDS each request has a new
-- X-Request-ID, as behind a proxy.
local lines = {}
for line in io.lines(os.getenv("PATHS")) do lines[#lines + 1] = line end
local paths = {}
local sent = 0
local pause = tonumber(os.getenv("PAUSE_MS"))
if pause > 0 then
  function delay() return math.random(0, pause) end
end

if os.getenv("NEW_IDS") ~= "" then
  local before, after
  local run = os.getenv("NEW_IDS")

  function init()
    local formatted = wrk.format("GET", lines[1], {["X-Request-ID"] = "@"})
    before, after = formatted:match("^(.*)@(.*)$")
  end

  function request()
    sent = sent + 1
    return before .. run .. string.format("%016x", sent) .. after
  end
elseif #lines == 1 then
  wrk.path = lines[1]
else
  function init()
    for number, line in ipairs(lines) do paths[number] = wrk.format("GET", line) end
  end

  function request()
    sent = sent % #paths + 1
    return paths[sent]
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
