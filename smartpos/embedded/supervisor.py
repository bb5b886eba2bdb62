"""`make run`: everything the product needs, as one group that starts, stays up and stops together."""

import contextlib
import http
import http.client
import os
import select
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import TypeVar

import psutil

from smartpos.embedded import external, postgres, processes, redis
from smartpos.embedded.errors import EmbeddedError
from smartpos.embedded.folders import ROOT, data_folder, remove_runtime_folder
from smartpos.embedded.instance import Instance
from smartpos.embedded.services import AppService, ServerService, Service, describe_exit, limit_logs

S = TypeVar("S", bound=Service)

READY_SECONDS = 300.0  # an old, busy computer needs minutes; of a server that died we hear at once
WEB_PATIENCE = 25.0
WORKER_PATIENCE = 20.0
LOG_CHECK_SECONDS = 60.0
BOT_PAUSE = 120.0


class Interrupted(Exception):
    """A signal asked to stop while starting."""


def say(text: str) -> None:
    """One line for the person at the terminal."""
    print(text, flush=True)


class Supervisor:
    """Owns the processes of one instance. `run()` returns the exit status of the whole."""

    def __init__(self, data: Path) -> None:
        self.instance = Instance(data)
        self.services: list[Service] = []
        self.env: dict[str, str] = {}
        self.asked_to_stop = False
        self.stopping = False
        self.was_ready = False
        self.parent = os.getppid()
        self.follows_make = _name_of(self.parent) in {"make", "gmake"}
        self.listener: socket.socket | None = None
        self.wake_up = self._listen_to_signals()

    def run(self) -> int:
        """Bring everything up, stay until asked to stop or something can't be kept up, take all down."""
        try:
            host, port = _address()
            self.instance.open()
        except EmbeddedError as error:
            say(f"SmartPOS does not start: {error}")
            return 1
        try:
            self._start(host, port)
            self._stay()
        except Interrupted:
            return 0
        except EmbeddedError as error:
            say(f"SmartPOS {'stops' if self.was_ready else 'does not start'}: {error}")
            return 1
        finally:
            self._take_down()
        return 0

    # Starting

    def _start(self, host: str, port: int) -> None:
        begun = time.monotonic()
        self._clear_orphans()
        # Before the long work, so that a busy port is told at once.
        _listen(host, port).close()
        self.env = dict(os.environ) | self.instance.environment()
        self.env.setdefault("SMARTPOS_DEMO", "full")
        self._start_servers()
        say("Bringing the database up to date ...")
        self._step("migrations", "db", "upgrade")
        who = self._load_demo()

        self.listener = _listen(host, port)
        port = self.listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        web = self._app_service(
            "web", ["-m", "gunicorn", "app:app"], WEB_PATIENCE, {"PORT": str(port)}, self.listener.fileno()
        )
        say("Starting web, worker and scheduler ...")
        web.start()
        self._await_ready(web, host, port)
        # Downloads have a worker of their own: one of a million rows must not hold up receipts to be printed.
        for name, command in (
            ("worker", ["worker"]),
            ("exports", ["worker", "exports"]),
            ("scheduler", ["scheduler"]),
        ):
            self._app_service(name, ["-m", "flask", "--app", "app", *command], WORKER_PATIENCE).start()
        if self.env.get("TELEGRAM_BOT_TOKEN"):
            self._app_service("bot", ["-m", "flask", "--app", "app", "bot"], WORKER_PATIENCE).start()
        self.instance.write_state(state="ready", url=url)
        if who:
            say(f"\n{who}\nPassword of them all: {self.env['SMARTPOS_DEMO_PASSWORD']}")
            say(f"(kept in {self.instance.demo_password_file})\n")
        say(
            f"Logs: {self.instance.logs}. Started in {time.monotonic() - begun:.1f} s. Ctrl-C stops everything."
        )
        say(f"SmartPOS is ready: {url}")
        self.was_ready = True

    def _clear_orphans(self) -> None:
        left = processes.marked(self.instance.mark)
        count = processes.put_down(left, polite=signal.SIGTERM, seconds=5)
        # Both are repeated by the servers' own start, but external servers may be used this time.
        count += redis.stop_leftovers(self.instance.data) + postgres.stop_leftovers(self.instance.data)
        if count:
            say(f"Stopped {count} processes that a killed run had left behind.")

    def _start_servers(self) -> None:
        logs, data = self.instance.logs, self.instance.data
        if self.env.get("DATABASE_URL"):
            say(f"Using PostgreSQL {external.check_postgres(self.env['DATABASE_URL'])} of DATABASE_URL.")
        else:
            say("Starting PostgreSQL ...")
            log = logs / "postgres.log"
            self._add(ServerService("PostgreSQL", log, lambda: self._launch_postgres(data, log))).start()
        if self.env.get("REDIS_URL"):
            say(f"Using Redis {external.check_redis(self.env['REDIS_URL'])} of REDIS_URL.")
        else:
            say("Starting Redis ...")
            log_of_redis = logs / "redis.log"
            self._add(
                ServerService("Redis", log_of_redis, lambda: self._launch_redis(data, log_of_redis))
            ).start()
        self.instance.write_state(
            state="starting", database_url=self.env["DATABASE_URL"], redis_url=self.env["REDIS_URL"]
        )

    def _launch_postgres(self, data: Path, log: Path) -> postgres.RunningPostgres:
        running = postgres.start_postgres(data, log=log)
        self.env["DATABASE_URL"] = running.url()
        return running

    def _launch_redis(self, data: Path, log: Path) -> redis.RunningRedis:
        running = redis.start_redis(data, log=log)
        if running.repaired:
            say("The file of queued jobs was damaged; its readable part was kept.")
        self.env["REDIS_URL"] = running.url
        return running

    def _load_demo(self) -> str:
        if self.env["SMARTPOS_DEMO"] == "none":
            return ""
        say("Looking after the demo shops (the first time takes a while) ...")
        return self._step("demo", "demo", "load", progress=True).strip()

    def _step(self, name: str, *command: str, progress: bool = False) -> str:
        """Run one command of the application to its end. Returns what it printed."""
        log = self.instance.logs / f"{name}.log"
        with tempfile.TemporaryFile() as answer:
            process = processes.start(
                [sys.executable, "-m", "flask", "--app", "app", *command],
                log=log,
                cwd=ROOT,
                env=self.env | {processes.MARK: self.instance.mark, processes.ROLE: name},
                answer=answer,
                on_terminal=progress and sys.stderr.isatty(),
            )
            try:
                while process.poll() is None:
                    self._nap(0.5)
            finally:
                processes.stop(process, (signal.SIGTERM, 5))
            answer.seek(0)
            text = answer.read().decode(errors="replace")
        if process.returncode != 0:
            raise EmbeddedError(
                f"`flask {' '.join(command)}` failed. The end of {log}:\n{processes.tail(log)}\n{text}".rstrip()
            )
        return text

    def _app_service(
        self,
        name: str,
        command: list[str],
        patience: float,
        extra: dict[str, str] | None = None,
        listener: int | None = None,
    ) -> AppService:
        env = self.env | (extra or {})
        if listener is not None:
            env["SMARTPOS_LISTENER"] = str(listener)
        return self._add(
            AppService(
                name,
                self.instance.logs / f"{name}.log",
                command,
                cwd=ROOT,
                env=env,
                mark=self.instance.mark,
                patience=patience,
                pass_fds=() if listener is None else (listener,),
            )
        )

    def _add(self, service: S) -> S:
        self.services.append(service)
        return service

    def _await_ready(self, web: Service, host: str, port: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers_ready(host, port):
            status = web.died()
            if status is not None or time.monotonic() > deadline:
                why = (
                    describe_exit(status) if status is not None else f"not ready after {READY_SECONDS:.0f} s"
                )
                raise EmbeddedError(
                    f"the web server does not come up ({why}). The end of {web.log}:\n{processes.tail(web.log)}"
                )
            self._nap(0.1)

    # Staying up

    def _stay(self) -> None:
        logs_checked = time.monotonic()
        while True:
            self._nap(0.5)
            for service in self.services:
                self._keep_up(service)
            if time.monotonic() - logs_checked > LOG_CHECK_SECONDS:
                limit_logs(self.instance.logs)
                logs_checked = time.monotonic()

    def _keep_up(self, service: Service) -> None:
        status = service.died()
        if status is not None:
            delay = service.note_death()
            if delay is None and service.name == "bot":
                # The shop goes on without Telegram.
                delay = BOT_PAUSE
                service.due = time.monotonic() + delay
            if delay is None:
                raise EmbeddedError(
                    f"{service.name} keeps failing ({describe_exit(status)}). "
                    f"The end of {service.log}:\n{processes.tail(service.log)}"
                )
            when = f" in {delay:.0f} s" if delay else ""
            say(f"{service.name} ended ({describe_exit(status)}); starting it again{when}.")
        if service.process is None and time.monotonic() >= service.due:
            if isinstance(service, AppService) and service.name == "web":
                # Its orphaned workers would go on serving beside the new ones.
                service.clear_orphans()
            service.start()

    # Stopping

    def _take_down(self) -> None:
        self.stopping = True
        say("Stopping ...")
        with contextlib.suppress(OSError):
            self.instance.write_state(state="stopping")
        applications = [service for service in self.services if isinstance(service, AppService)]
        # All finish what they are doing at the same time; the servers they need go last.
        for application in reversed(applications):
            application.ask_to_stop()
        if self.listener is not None:
            self.listener.close()
        for service in reversed(self.services):
            service.stop()
        left = processes.marked(self.instance.mark)
        processes.put_down(left, polite=signal.SIGTERM, seconds=3)
        remove_runtime_folder(self.instance.data)
        self.instance.close()
        say("Stopped.")

    # Signals

    def _listen_to_signals(self) -> int:
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_stop)
        # A closed terminal stops everything, unless it was started with nohup.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return reader

    def _on_stop(self, *_: object) -> None:
        if self.stopping:
            # Asked a second time: the servers still stop in order, the rest at once.
            for service in self.services:
                if isinstance(service, AppService):
                    service.kill()
        self.asked_to_stop = True

    def _nap(self, seconds: float) -> None:
        """Sleep until the time is over or a signal comes; raises Interrupted when it is time to stop."""
        if not self.asked_to_stop:
            select.select([self.wake_up], [], [], seconds)
            with contextlib.suppress(BlockingIOError):
                os.read(self.wake_up, 1024)
        if self.asked_to_stop or (self.follows_make and os.getppid() != self.parent):
            raise Interrupted


def _address() -> tuple[str, int]:
    given = os.environ.get("PORT") or "8000"
    if not given.isascii() or not given.isdigit() or int(given) > 65535:
        raise EmbeddedError(f"PORT must be a number from 0 to 65535, not {given!r}.")
    return os.environ.get("SMARTPOS_HOST") or "127.0.0.1", int(given)


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if isinstance(error, PermissionError):
            raise EmbeddedError(f"this user may not listen on port {port}; choose one above 1023.") from None
        raise EmbeddedError(
            f"port {port} is busy or not available ({error.strerror}). "
            f"Stop the program that uses it, or choose another port: PORT={min(port + 1, 65535)} make run"
        ) from None
    return listener


def _answers_ready(host: str, port: int) -> bool:
    """Whether the web server says it can work; one without /readyz is asked for /healthz."""
    target = "127.0.0.1" if host in {"0.0.0.0", ""} else host  # noqa: S104 - compared, not bound
    for path in ("/readyz", "/healthz"):
        connection = http.client.HTTPConnection(target, port, timeout=10)
        try:
            connection.request("GET", path)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if status != http.HTTPStatus.NOT_FOUND:
            return status == http.HTTPStatus.OK
    return False


def _name_of(pid: int) -> str:
    try:
        return str(psutil.Process(pid).name())
    except psutil.Error:
        return ""


def run() -> int:
    """`make run` inside the environment. Returns the exit status."""
    return Supervisor(data_folder()).run()
