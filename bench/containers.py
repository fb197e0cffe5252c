"""The services of compose.yaml, run in namespaces instead of containers; started by `image.py`."""

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
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import yaml
from dockerfile import Image
from tasks_system import until

from pricebook.embedded import binaries
from pricebook.embedded.data_folders import Account
from pricebook.embedded.postgres import accepts_connections

ROOT = Path(__file__).parents[1]
SET_INTERFACE_FLAGS = 0x8914
SETPRIV_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
TIMEOUT_SECONDS = 60
PRICE_LIST = "Article code,Name,Price\n" + "".join(
    f"A-{n},Nail {n},{n}.50\n" for n in range(1, 10_001)
)


class Machine:
    """The services of the compose file on one host, with their secrets and the upload volume."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        encoded_image = (folder / "image.json").read_bytes()
        self.image = msgspec.json.decode(
            encoded_image, type=Image, dec_hook=lambda kind, text: kind(text)
        )
        compose = yaml.safe_load(substitute_defaults((ROOT / "compose.yaml").read_text()))
        self.services: dict[str, dict[str, Any]] = compose["services"]
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
        """Create the volume with the owner and mode of the folder in the image, as Docker does."""
        status = (self.image.folder / "var/lib/pricebook/uploads").stat()
        self.uploads.mkdir()
        os.chown(self.uploads, status.st_uid, status.st_gid)
        self.uploads.chmod(status.st_mode)

    @contextmanager
    def database(self) -> Generator[None]:
        """Run PostgreSQL with the settings of the compose file until the block ends."""
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
        arguments = f"--username={user} --auth=scram-sha-256 --pwfile={password} {options}"
        initdb = [str(programs / "initdb"), "-D", str(data / "18"), *shlex.split(arguments)]
        subprocess.run([*SETPRIV_NOBODY, *initdb], stdout=subprocess.DEVNULL, check=True)
        postgres = [str(programs / "postgres"), "-D", str(data / "18"), *service["command"][1:]]
        postgres.append(f"-cunix_socket_directories={data}")
        with stopped_after(subprocess.Popen([*SETPRIV_NOBODY, *postgres]), signal.SIGINT):
            url = f"postgresql://{user}:{password.read_text().strip()}@127.0.0.1/"
            until(lambda: accepts_connections(f"{url}postgres"))
            with psycopg.connect(f"{url}postgres", autocommit=True) as conn:
                conn.execute("CREATE DATABASE pricebook")
            self._initialise(service, programs, password)
            yield

    def _initialise(self, service: dict[str, Any], programs: Path, password: Path) -> None:
        """Run the mounted initdb scripts in order of name, as the entrypoint of the image does."""
        environment = os.environ | service["environment"]
        environment |= {"PGHOST": "127.0.0.1", "PGPASSWORD": password.read_text().strip()}
        environment["PATH"] = f"{programs}:{environment['PATH']}"
        mounted = [volume.split(":") for volume in service["volumes"] if "initdb.d" in volume]
        for source, target, _ in sorted(mounted, key=lambda volume: volume[1]):
            text = (ROOT / source).read_text().replace("/run/secrets", str(self.secrets))
            user, database = environment["POSTGRES_USER"], environment["POSTGRES_DB"]
            psql = ["psql", "--quiet", "--set=ON_ERROR_STOP=1", "-U", user, "-d", database]
            command = psql if target.endswith(".sql") else ["bash"]
            subprocess.run(command, input=text, text=True, env=environment, check=True)

    @contextmanager
    def redis(self) -> Generator[None]:
        """Run Valkey with the command of the compose file until the block ends."""
        account = nobody()
        program = binaries.find_valkey_server(account)
        script = self.services["redis"]["command"][2].replace("/run/secrets", str(self.secrets))
        data = self.folder / "redis"
        data.mkdir()
        path = f"{program.parent}:{os.environ['PATH']}"
        server = subprocess.Popen(
            ["sh", "-c", script], cwd=data, env={"PATH": path}, stdout=subprocess.DEVNULL
        )
        with stopped_after(server, signal.SIGTERM):
            yield

    def start(self, service: str, *command: str, **popen_options: Any) -> subprocess.Popen[str]:
        """Start a service in its namespace; `command` replaces the entrypoint and the command."""
        return subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", self._script(service, list(command))],
            text=True,
            **popen_options,
        )

    def run(self, service: str, *command: str, stdin: str = "") -> tuple[int, str]:
        """Run a command to its end; return its exit code and its output."""
        process = self.start(
            service,
            *command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output, _ = process.communicate(stdin, timeout=TIMEOUT_SECONDS)
        return process.returncode, output

    def _script(self, name: str, command: list[str]) -> str:
        """Return the shell script that mounts, confines and starts a service."""
        service, image = self.services[name], self.image
        root = image.folder
        command = command or [*image.entrypoint, *shlex.split(service["command"])]
        environment: dict[str, str] = image.environment | service["environment"] | ports(name)
        assignments = [f"{key}={value}" for key, value in environment.items()]
        user = image.user.split(":")
        lines = [
            f"mount --bind {root} {root}",
            f"mount --bind {self.folder}/hosts {root}/etc/hosts",
            f"mount -t proc proc {root}/proc",
            f"mount --rbind /dev {root}/dev",
            f"mount -t tmpfs -o size=1m run {root}/run && mkdir {root}/run/secrets",
        ]
        for secret in service["secrets"]:
            target = f"{root}/run/secrets/{secret}"
            lines += [f"touch {target}", f"mount --bind {self.secrets}/{secret} {target}"]
        for tmpfs in service["tmpfs"]:
            path, _, options = tmpfs.partition(":")
            lines.append(f"mount -t tmpfs -o nosuid,nodev,noexec,{options} tmpfs {root}{path}")
        for volume in service.get("volumes", []):
            source, target = volume.split(":")
            lines.append(f"mount --bind {self.folder}/{source} {root}{target}")
        if service["read_only"]:
            lines.append(f"mount -o remount,bind,ro {root} && mount -o remount,ro {root}/run")
        confined = ["chroot", str(root), "setpriv", "--no-new-privs", "--bounding-set=-all"]
        confined += [f"--reuid={user[0]}", f"--regid={user[1]}", "--clear-groups"]
        confined += ["env", "-i", f"--chdir={image.workdir}", *assignments, *command]
        return "set -e\n" + "\n".join(lines) + f"\nexec {shlex.join(confined)}"


def main() -> None:
    """Run the system, import a price list through it, and stop it."""
    folder = Path(sys.argv[1])
    enable_loopback()
    (folder / "hosts").write_text("127.0.0.1 localhost database redis api-1 api-2\n")
    machine = Machine(folder)
    with machine.database(), machine.redis():
        print("migrate:", *machine.run("migrate"))
        print("migrate again:", *machine.run("migrate"))
        running = {name: machine.start(name) for name in ("api-1", "api-2")}
        running |= {f"worker {n}": machine.start("worker") for n in (1, 2)}
        for name in ("api-1", "api-2"):
            until(lambda name=name: machine.run(name, *machine.image.health)[0] == 0)
            print(f"{name}: the health check succeeds")
        print_confinement(machine)
        print_use(machine)
        for name, process in running.items():
            started = time.perf_counter()
            process.terminate()
            code = process.wait(TIMEOUT_SECONDS)
            print(f"{name}: SIGTERM, exit code {code} after {time.perf_counter() - started:.1f} s")


def print_confinement(machine: Machine) -> None:
    """Print which paths a container can write, its user and its capabilities."""
    for path in ("/opt/pricebook/x", "/etc/x", "/run/secrets/x", "/var/lib/pricebook/x"):
        code, output = machine.run("api-1", "sh", "-c", f"touch {path}")
        print(f"writing {path}: {output.strip() if code else 'POSSIBLE'}")
    for path in ("/tmp/x", "/var/lib/pricebook/uploads/x"):  # noqa: S108 (inside the container)
        code, output = machine.run("api-1", "sh", "-c", f"touch {path} && rm {path}")
        print(f"writing {path}: {output.strip() or 'possible'}")
    print(
        machine.run("api-1", "sh", "-c", "id; grep -E 'Cap(Eff|Bnd)|NoNewPrivs' /proc/self/status")[
            1
        ]
    )
    print(machine.run("command")[1])


def print_use(machine: Machine) -> None:
    """Create a user, log in at one process, upload at the other, and print the finished task."""
    password = secrets.token_hex(8)
    created = machine.run(
        "command",
        *("pricebook", "users", "add", "admin", "--role", "admin", "--password-stdin"),
        stdin=password,
    )
    print("users add:", *created)
    first, second = (f"http://127.0.0.1:{ports(name)['PORT']}" for name in ("api-1", "api-2"))
    login = {"username": "admin", "password": password}
    token = httpx.post(f"{first}/api/v1/auth/login", json=login).json()["token"]
    with httpx.Client(base_url=second, headers={"Authorization": f"Bearer {token}"}) as client:
        body = {"name": "Proof", "source_type": "csv"}
        supplier = client.post("/api/v1/admin/suppliers", json=body).json()["id"]
        response = client.post(
            f"/api/v1/admin/suppliers/{supplier}/upload", files={"file": PRICE_LIST}
        )
        task = response.headers["Location"]
        until(lambda: client.get(task).json()["state"] not in {"queued", "running"})
        print(client.get(task).text)
        print(client.get("/health").text)


def substitute_defaults(text: str) -> str:
    """Replace each `${NAME:-default}` by its default, and `$$` by `$`."""
    return re.sub(r"\$\{\w+:-(.*?)\}", r"\1", text).replace("$$", "$")


def ports(name: str) -> dict[str, str]:
    """Return the PORT of a service: here all services share one address."""
    return {"PORT": {"api-1": "8001", "api-2": "8002"}.get(name, "8000")}


def nobody() -> Account:
    """Return the account of PostgreSQL and Valkey."""
    entry = pwd.getpwnam("nobody")
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, switch_user=True)


@contextmanager
def stopped_after(process: subprocess.Popen[Any], stop_signal: signal.Signals) -> Generator[None]:
    """Stop a process with a signal when the block ends, and wait for its exit."""
    try:
        yield
    finally:
        process.send_signal(stop_signal)
        process.wait()


def enable_loopback() -> None:
    """Enable the loopback interface, which is down in a new network namespace."""
    with socket.socket() as probe:
        fcntl.ioctl(probe, SET_INTERFACE_FLAGS, struct.pack("16sH14s", b"lo", 1, b""))


if __name__ == "__main__":
    main()
