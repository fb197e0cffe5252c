from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from notices.mail_server import MailServer, run_mail_server
from pricebook.notices.sending import MailSettings
from pricebook.system.smtp_server import Encryption
from pricelists.fake_web_server import write_certificate
from worker_fixtures import queue, running_worker, settings, worker_database, worker_settings

StartMailServer = Callable[..., MailServer]

__all__ = ["queue", "running_worker", "settings", "worker_database", "worker_settings"]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("smtp") / "certificate.pem"
    write_certificate(path, names=())
    return path


@pytest.fixture
def start_mail_server(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StartMailServer]:
    """Return a function that starts a mail server, whose certificate clients trust by default."""
    with ExitStack() as servers:

        def start(encryption: Encryption = "starttls", *, is_trusted: bool = True) -> MailServer:
            if is_trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            return servers.enter_context(run_mail_server(certificate, encryption))

        yield start


@pytest.fixture
def mail_server(start_mail_server: StartMailServer) -> MailServer:
    return start_mail_server()


@pytest.fixture
def mails(mail_server: MailServer) -> MailSettings:
    """The settings of the mail server, with which notices are not gathered."""
    return MailSettings(mail_server.server, "pricebook@example.com", gather_seconds=0)
