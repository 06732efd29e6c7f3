"""The link to a Redis (or Valkey): commands of this process, and what others say to it.

One thread owns the connection and sends what has come together meanwhile in one go. Who asks waits
200 ms at most, whatever hangs (a name server, a connect, a slow answer), and gets None when there
is no answer; after a few failures nobody asks until this thread's own probe has found it well.
Nothing here is ever the only place of anything.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import structlog

from clutch.kernel.breaker import Breaker
from clutch.kernel.capabilities import Capabilities, State
from clutch.kernel.pauses import Pauses
from clutch.kernel.redis_calls import Call, Calls, Command
from clutch.kernel.redis_ear import Ear
from clutch.kernel.redis_pool import DEADLINE_S, open_pool
from clutch.kernel.redis_trouble import SILENT, WAITS, Trouble, address_of, trouble_of
from clutch.kernel.refusals import N_, Refusal

_log = structlog.get_logger("redis")

CHECK_EVERY_S = 2.0
CHECK_AGAIN_S = 0.2
# The longest pause, the connect and the checks together keep a return below five seconds.
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 3.0
# Lost again sooner, it was not really back: pauses go on growing, and nothing is said twice.
STEADY_S = 10.0
PROBE_KEPT_S = 60
# No node of a cluster has all of so many keys.
KEYS_TRIED = 16

ASKED = N_("Redis at {address} has not answered yet.")
WORKS = N_("Redis at {address} answers.")


class RedisLink:
    """Any thread may `ask`, `tell` and `publish`; `start` begins to look for the server.

    `returned` is called before a server that had gone is relied on again, `looked` every two
    seconds while it is well; `heard` is called with what other processes publish.

    Raises:
        BadSettings: an option of the address is unknown or malformed.
    """

    def __init__(
        self, redis: ModuleType, url: str, capabilities: Capabilities, site: str, holder: str
    ) -> None:
        self._redis = redis
        self._pool = open_pool(redis, url)
        self._address = address_of(url)
        self._capabilities = capabilities
        self._prefix = f"clutch:{site}:"
        self._holder = holder
        self._breaker = Breaker()
        self._calls = Calls()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._was_lost = False
        self._why = Trouble(ASKED, address=self._address)
        self._client: Any = None
        self._pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        self._up_at = 0.0
        self._refused: tuple[Command, ...] = ()
        self._bugs: set[type[Exception]] = set()
        self.returned: Callable[[], None] = lambda: None
        self.looked: Callable[[], None] = lambda: None
        self.heard: Callable[[str], None] = lambda _: None
        capabilities.declare("redis", State.PROBING, ASKED, address=self._address)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="redis", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; one that hangs is left behind."""
        self._ended.set()
        self._calls.wake()
        if self._thread is not None:
            self._thread.join(timeout=0.5)

    @property
    def is_up(self) -> bool:
        """Whether it is worth asking."""
        return not self._breaker.is_open

    def key(self, name: str) -> str:
        """A key of this site: another site on the same server has others."""
        return self._prefix + name

    def ask(self, *commands: Command) -> list[Any] | None:
        """The answers, in order, or None: not there, too slow, or one of them failed."""
        if self._breaker.is_open:
            return None
        call = Call(commands)
        self._calls.put(call)
        if not call.wait(DEADLINE_S) and call.give_up():
            self._note(Trouble(SILENT, address=self._address, ms=round(DEADLINE_S * 1000)))
        return call.answers

    def tell(self, *commands: Command) -> None:
        """Have commands done whose answers nobody needs; they may be lost."""
        if not self._breaker.is_open:
            self._calls.put(Call(commands))

    def publish(self, text: str) -> None:
        """Say something to the other processes of this site; it may be lost."""
        self.tell(("PUBLISH", self.key("wake"), f"{self._holder} {text}"))

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._use()
            except Trouble as trouble:
                self._lose(trouble)
            except Exception as error:  # noqa: BLE001 - a bug: Redis is done without
                self._say_once(error)
                self._lose(Trouble(N_("An unexpected error; the log has it.")))
            self._ended.wait(self._pauses.next())

    def _use(self) -> None:
        """Connect, check, and serve until something is wrong."""
        self._client = self._redis.Redis(connection_pool=self._pool)
        ear = Ear(self._client, self._redis, (self.key("wake"), self.key(self._holder)))
        try:
            self._check()
            self._listen(ear)
            self._settle()
            ear.start(self._hear, self._calls.wake)
            self._was_lost = False
            self._up_at = time.monotonic()
            self._breaker.close()
            self._capabilities.set("redis", State.UP, WORKS, address=self._address)
            self._serve(ear)
        finally:
            self._breaker.trip()
            self._calls.drop()
            ear.stop()
            # The ear's line is closed by the ear, though it may take longer than anybody waits.
            self._pool.disconnect(inuse_connections=False)

    def _serve(self, ear: Ear) -> None:
        check_at = time.monotonic() + CHECK_EVERY_S
        while not self._ended.is_set():
            calls = self._calls.take(check_at - time.monotonic())
            ear.check(self._address)
            if self._breaker.is_open:
                raise self._why
            if calls:
                well = self._execute(calls)
                check_at = check_at if well else time.monotonic() + CHECK_AGAIN_S
            if time.monotonic() >= check_at:
                check_at = time.monotonic() + self._look()

    def _look(self) -> float:
        """Check the server and send an echo; the pause until the next time."""
        if time.monotonic() - self._up_at >= STEADY_S:
            self._begin_anew()
        check = Call((*self._probe(), ("PUBLISH", self.key(self._holder), "echo")))
        if not self._execute([check]):
            return CHECK_AGAIN_S
        try:
            self.looked()
        except Refusal:
            return CHECK_AGAIN_S  # the database's trouble, and said where it belongs
        return CHECK_EVERY_S

    def _execute(self, calls: Sequence[Call]) -> bool:
        """Send calls in one go and give each its answers; whether the server answered."""
        commands = [command for call in calls for command in call.commands]
        try:
            answers = iter(self._send(commands))
        except Trouble as trouble:
            for call in calls:
                if call.fail():
                    self._note(trouble)
            return False
        for call in calls:
            self._answer(call, [next(answers) for _ in call.commands])
        return True

    def _answer(self, call: Call, answers: list[Any]) -> None:
        pairs = zip(call.commands, answers, strict=True)
        refused = next((pair for pair in pairs if isinstance(pair[1], Exception)), None)
        if refused is not None:
            command, error = refused
            self._refused = (command,)
            if call.fail():
                self._note(self._trouble(error))
        elif call.answer(answers):
            self._breaker.note(well=True)

    def _note(self, trouble: Trouble) -> None:
        """Count a failure. Called by who waited in vain, too: the thread itself may be stuck."""
        self._why = trouble
        opened = self._breaker.trip() if trouble.final else self._breaker.note(well=False)
        if opened:
            self._calls.wake()
            self._lose(trouble)

    def _lose(self, trouble: Trouble) -> None:
        self._was_lost = True
        self._capabilities.set("redis", State.DOWN, trouble.sentence, **trouble.facts)

    def _say_once(self, bug: Exception) -> None:
        if type(bug) not in self._bugs:
            _log.error("redis failed", exc_info=bug)
        self._bugs.add(type(bug))

    def _begin_anew(self) -> None:
        """It has been well for a while: the next trouble is a first one."""
        self._pauses.begin_anew()
        self._refused = ()
        self._bugs.clear()

    # --- a server that is (back) there ------------------------------------------------------------

    def _probe(self) -> tuple[Command, ...]:
        # It must take writes, too: a replica answers a PING gladly. And a user may write, not read.
        key = self.key(f"probe:{self._holder}")
        return (("SET", key, "1", "EX", PROBE_KEPT_S), ("GET", key))

    def _check(self) -> None:
        """See that it takes what work is made of, for any key, and what it refused last."""
        keys = (("GET", self.key(f"probe:{number}")) for number in range(KEYS_TRIED))
        for answer in self._send((*self._probe(), *keys, *self._refused)):
            if isinstance(answer, Exception):
                raise self._trouble(answer)

    def _listen(self, ear: Ear) -> None:
        try:
            ear.listen(DEADLINE_S)
            self._client.publish(self.key(self._holder), "echo")
            ear.wait_for_echo(self._address)
        except Trouble:
            raise
        except self._errors as error:
            raise self._trouble(error) from error

    def _settle(self) -> None:
        """Nothing that was kept before an outage is read after it."""
        try:
            if not self._was_lost:
                self.looked()
                return
            self._capabilities.set("redis", State.PROBING, WAITS, address=self._address)
            self.returned()
        except Refusal:
            raise Trouble(WAITS, address=self._address) from None

    def _send(self, commands: Sequence[Command]) -> list[Any]:
        line = self._client.pipeline(transaction=False)
        for command in commands:
            line.execute_command(*command)
        try:
            answers: list[Any] = line.execute(raise_on_error=False)
        except self._errors as error:
            raise self._trouble(error) from error
        return answers

    def _hear(self, text: str) -> None:
        sender, _, said = text.partition(" ")
        if sender != self._holder:
            self.heard(said)

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        return (self._redis.exceptions.RedisError, OSError)

    def _trouble(self, error: Exception) -> Trouble:
        return trouble_of(error, self._redis, self._address, round(DEADLINE_S * 1000))
