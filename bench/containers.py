"""What compose.yaml says, run in namespaces instead of containers; started by `image.py`."""

import fcntl
import os
import pwd
import re
import secrets
import shlex
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import yaml
from dockerfile import Image

from pricebook.embedded import binaries
from pricebook.embedded.data_folders import Account

ROOT = Path(__file__).parents[1]
SET_INTERFACE_FLAGS = 0x8914
AS_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
PATIENCE_SECONDS = 60
LIST = "Article code,Name,Price\n" + "".join(f"A-{n},Nail {n},{n}.50\n" for n in range(1, 10_001))


class Machine:
    """One machine that runs the services of the compose file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        built = (folder / "image.json").read_bytes()
        self.image = msgspec.json.decode(built, type=Image, dec_hook=lambda kind, text: kind(text))
        composed = yaml.safe_load(substituted((ROOT / "compose.yaml").read_text()))
        self.services: dict[str, dict[str, Any]] = composed["services"]
        self.secrets = folder / "deploy/secrets"
        self.uploads = folder / "uploads"
        self._make_secrets()
        self._make_uploads()

    def _make_secrets(self) -> None:
        script = self.folder / "deploy/make-secrets"
        script.parent.mkdir()
        script.write_bytes((ROOT / "deploy/make-secrets").read_bytes())
        subprocess.run(["bash", str(script)], check=True, stdout=subprocess.DEVNULL)

    def _make_uploads(self) -> None:
        """Make the volume as Docker does: with the owner and mode that the image says."""
        said = (self.image.folder / "var/lib/pricebook/uploads").stat()
        self.uploads.mkdir()
        os.chown(self.uploads, said.st_uid, said.st_gid)
        self.uploads.chmod(said.st_mode)

    @contextmanager
    def database(self) -> Generator[None]:
        """Run PostgreSQL with the settings that the compose file gives it."""
        service = self.services["database"]
        environment: dict[str, str] = service["environment"]
        user, options = environment["POSTGRES_USER"], environment["POSTGRES_INITDB_ARGS"]
        account = nobody()
        programs = binaries.find_postgres_folder(account)
        data = self.folder / "database"
        data.mkdir()
        password = data / "password"
        password.write_bytes((self.secrets / "postgres_password").read_bytes())
        for path in (data, password):
            os.chown(path, account.uid, account.gid)
        access = f"--username={user} --auth=scram-sha-256 --pwfile={password} {options}"
        initdb = [str(programs / "initdb"), "-D", str(data / "18"), *shlex.split(access)]
        subprocess.run([*AS_NOBODY, *initdb], stdout=subprocess.DEVNULL, check=True)
        postgres = [str(programs / "postgres"), "-D", str(data / "18"), *service["command"][1:]]
        postgres.append(f"-cunix_socket_directories={data}")
        with ended(subprocess.Popen([*AS_NOBODY, *postgres]), signal.SIGINT):
            url = f"postgresql://{user}:{password.read_text().strip()}@127.0.0.1/"
            until(lambda: answers(f"{url}postgres"))
            with psycopg.connect(f"{url}postgres", autocommit=True) as conn:
                conn.execute("CREATE DATABASE pricebook")
            self._initialise(service, programs, password)
            yield

    def _initialise(self, service: dict[str, Any], programs: Path, password: Path) -> None:
        """Run what is mounted for the first start, as the entrypoint of the image does."""
        environment = os.environ | service["environment"]
        environment |= {"PGHOST": "127.0.0.1", "PGPASSWORD": password.read_text().strip()}
        environment["PATH"] = f"{programs}:{environment['PATH']}"
        mounted = [each.split(":") for each in service["volumes"] if "initdb.d" in each]
        for source, target, _ in sorted(mounted, key=lambda each: each[1]):
            text = (ROOT / source).read_text().replace("/run/secrets", str(self.secrets))
            user, database = environment["POSTGRES_USER"], environment["POSTGRES_DB"]
            psql = ["psql", "--quiet", "--set=ON_ERROR_STOP=1", "-U", user, "-d", database]
            command = psql if target.endswith(".sql") else ["bash"]
            subprocess.run(command, input=text, text=True, env=environment, check=True)

    @contextmanager
    def redis(self) -> Generator[None]:
        """Run Valkey with the command of the compose file."""
        account = nobody()
        program = binaries.find_valkey_server(account)
        script = self.services["redis"]["command"][2].replace("/run/secrets", str(self.secrets))
        data = self.folder / "redis"
        data.mkdir()
        path = f"{program.parent}:{os.environ['PATH']}"
        server = subprocess.Popen(
            ["sh", "-c", script], cwd=data, env={"PATH": path}, stdout=subprocess.DEVNULL
        )
        with ended(server, signal.SIGTERM):
            yield

    def start(self, service: str, *words: str, **more: Any) -> subprocess.Popen[str]:
        """Start a service in its container; with words, those instead of its command."""
        return subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", self._script(service, list(words))],
            text=True,
            **more,
        )

    def run(self, service: str, *words: str, given: str = "") -> tuple[int, str]:
        """Run a command to its end; return its exit code and what it said."""
        process = self.start(
            service,
            *words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        said, _ = process.communicate(given, timeout=PATIENCE_SECONDS)
        return process.returncode, said

    def _script(self, name: str, words: list[str]) -> str:
        service, image = self.services[name], self.image
        root = image.folder
        command = words or [*image.entrypoint, *shlex.split(service["command"])]
        given: dict[str, str] = image.environment | service["environment"] | ports(name)
        set_ = [f"{key}={value}" for key, value in given.items()]
        user = image.user.split(":")
        lines = [
            f"mount --bind {root} {root}",
            f"mount --bind {self.folder}/hosts {root}/etc/hosts",
            f"mount -t proc proc {root}/proc",
            f"mount --rbind /dev {root}/dev",
            f"mount -t tmpfs -o size=1m run {root}/run && mkdir {root}/run/secrets",
        ]
        for secret in service["secrets"]:
            at = f"{root}/run/secrets/{secret}"
            lines += [f"touch {at}", f"mount --bind {self.secrets}/{secret} {at}"]
        for tmpfs in service["tmpfs"]:
            place, _, options = tmpfs.partition(":")
            lines.append(f"mount -t tmpfs -o nosuid,nodev,noexec,{options} tmpfs {root}{place}")
        for volume in service.get("volumes", []):
            source, target = volume.split(":")
            lines.append(f"mount --bind {self.folder}/{source} {root}{target}")
        if service["read_only"]:
            lines.append(f"mount -o remount,bind,ro {root} && mount -o remount,ro {root}/run")
        confined = ["chroot", str(root), "setpriv", "--no-new-privs", "--bounding-set=-all"]
        confined += [f"--reuid={user[0]}", f"--regid={user[1]}", "--clear-groups"]
        confined += ["env", "-i", f"--chdir={image.workdir}", *set_, *command]
        return "set -e\n" + "\n".join(lines) + f"\nexec {shlex.join(confined)}"


def main() -> None:
    """Run the system, take a list in through it, and stop it."""
    folder = Path(sys.argv[1])
    bring_loopback_up()
    (folder / "hosts").write_text("127.0.0.1 localhost database redis api-1 api-2\n")
    machine = Machine(folder)
    with machine.database(), machine.redis():
        print("migrate:", *machine.run("migrate"))
        print("again:", *machine.run("migrate"))
        running = {name: machine.start(name) for name in ("api-1", "api-2")}
        running |= {f"worker {n}": machine.start("worker") for n in (1, 2)}
        for name in ("api-1", "api-2"):
            until(lambda name=name: machine.run(name, *machine.image.health)[0] == 0)
            print(f"{name}: its health check is green")
        show_confinement(machine)
        show_use(machine)
        for name, process in running.items():
            begun = time.perf_counter()
            process.terminate()
            code = process.wait(PATIENCE_SECONDS)
            print(f"{name}: SIGTERM, exit code {code} after {time.perf_counter() - begun:.1f} s")


def show_confinement(machine: Machine) -> None:
    """Try what must not be possible inside."""
    for place in ("/opt/pricebook/x", "/etc/x", "/run/secrets/x", "/var/lib/pricebook/x"):
        code, said = machine.run("api-1", "sh", "-c", f"touch {place}")
        print(f"writing {place}: {said.strip() if code else 'POSSIBLE'}")
    for place in ("/tmp/x", "/var/lib/pricebook/uploads/x"):  # noqa: S108 (the one of the container)
        code, said = machine.run("api-1", "sh", "-c", f"touch {place} && rm {place}")
        print(f"writing {place}: {said.strip() or 'possible'}")
    print(
        machine.run("api-1", "sh", "-c", "id; grep -E 'Cap(Eff|Bnd)|NoNewPrivs' /proc/self/status")[
            1
        ]
    )
    print(machine.run("command")[1])


def show_use(machine: Machine) -> None:
    """Make a user, log in at one process, upload at the other, and follow the task."""
    password = secrets.token_hex(8)
    made = machine.run(
        "command",
        *("pricebook", "users", "add", "admin", "--role", "admin", "--password-stdin"),
        given=password,
    )
    print("users add:", *made)
    first, second = (f"http://127.0.0.1:{ports(name)['PORT']}" for name in ("api-1", "api-2"))
    login = {"username": "admin", "password": password}
    token = httpx.post(f"{first}/api/v1/auth/login", json=login).json()["token"]
    with httpx.Client(base_url=second, headers={"Authorization": f"Bearer {token}"}) as client:
        new = {"name": "Proof", "source_type": "csv"}
        supplier = client.post("/api/v1/admin/suppliers", json=new).json()["id"]
        asked = client.post(f"/api/v1/admin/suppliers/{supplier}/upload", files={"file": LIST})
        task = asked.headers["Location"]
        until(lambda: client.get(task).json()["state"] not in {"queued", "running"})
        print(client.get(task).text)
        print(client.get("/health").text)


def substituted(text: str) -> str:
    """Put the defaults where compose would put variables."""
    return re.sub(r"\$\{\w+:-(.*?)\}", r"\1", text).replace("$$", "$")


def ports(name: str) -> dict[str, str]:
    """Let the two API processes share one address, as containers need not."""
    return {"PORT": {"api-1": "8001", "api-2": "8002"}.get(name, "8000")}


def nobody() -> Account:
    """Return the account that the servers run as."""
    entry = pwd.getpwnam("nobody")
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, switch_user=True)


def answers(url: str) -> bool:
    """Whether a database answers."""
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("it did not come true")
        time.sleep(0.2)


@contextmanager
def ended(process: subprocess.Popen[Any], number: signal.Signals) -> Generator[None]:
    """End a process by its own signal when the block ends."""
    try:
        yield
    finally:
        process.send_signal(number)
        process.wait()


def bring_loopback_up() -> None:
    """Bring the loopback up, which is down in a new network."""
    with socket.socket() as probe:
        fcntl.ioctl(probe, SET_INTERFACE_FLAGS, struct.pack("16sH14s", b"lo", 1, b""))


if __name__ == "__main__":
    main()
