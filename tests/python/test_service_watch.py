"""A build that has lost a service is interrupted, and the service named."""

from __future__ import annotations

import signal
import threading
from types import SimpleNamespace

import pytest

from ingestion.errors import ServiceUnavailableError
from ingestion.planning.service_watch import ServiceWatch

#: Far more than the watch needs; the block ends when it is interrupted.
LONG = 30.0


def wait_under(watch: ServiceWatch, *, swallows: bool = False) -> None:
    """A block that ends when it is interrupted; it may take that for its end."""
    with watch.over():
        try:
            threading.Event().wait(LONG)
        except KeyboardInterrupt:
            if not swallows:
                raise


class Service:
    """Answers so many times, then is silent for so many, then answers again."""

    def __init__(self, answers: int, silences: int = 10**6) -> None:
        self.answers, self.silences = answers, silences
        self.is_back = threading.Event()

    def __call__(self) -> None:
        self.answers -= 1
        if self.answers >= 0:
            return
        self.silences -= 1
        if self.silences >= 0:
            raise ConnectionRefusedError("refused")
        self.is_back.set()


def test_a_service_that_falls_interrupts_the_block_and_is_named() -> None:
    former = signal.getsignal(signal.SIGUSR1)
    watch = ServiceWatch({"Base": Service(10**6), "Top": Service(2)}, pause=0.01)

    with pytest.raises(ServiceUnavailableError, match=r"Top fell .*\(refused\)"):
        wait_under(watch)

    assert signal.getsignal(signal.SIGUSR1) is former


def test_a_service_that_is_soon_back_interrupts_nothing() -> None:
    service = Service(1, silences=2)

    with ServiceWatch({"Base": service}, pause=0.01, rounds=3).over():
        assert service.is_back.wait(LONG)


def test_an_interruption_that_dbt_has_swallowed_is_told_all_the_same() -> None:
    watch = ServiceWatch({"Base": Service(0)}, pause=0.01)

    with pytest.raises(ServiceUnavailableError, match="Base fell"):
        wait_under(watch, swallows=True)


def test_a_node_that_fails_has_the_services_asked_at_once() -> None:
    watch = ServiceWatch({"Base": Service(0)}, pause=LONG)
    node = threading.Timer(0.1, watch.on_event, args=(failed("anything"),))
    node.start()

    with pytest.raises(ServiceUnavailableError, match="Base fell"):
        wait_under(watch)


@pytest.mark.parametrize(
    ("message", "is_named"),
    [
        ("Failed connecting to Hive metastore: [h:9083]", True),
        ("java.net.SocketTimeoutException: Read timed out", True),
        ("line 3:7: Column 'x' cannot be resolved", False),
    ],
)
def test_an_error_of_a_statement_is_no_fallen_service(
    message: str, *, is_named: bool
) -> None:
    said = ServiceWatch({"Base": Service(10**6)}).why(message)

    assert (said is not None) == is_named
    assert not is_named or "metastore fell" in str(said)


def test_without_services_nothing_is_watched() -> None:
    watch = ServiceWatch({})

    with watch.over():
        watch.on_event(failed("Failed connecting to Hive metastore"))


def failed(message: str) -> SimpleNamespace:
    """What dbt says of a node that ended with an error."""
    return SimpleNamespace(
        info=SimpleNamespace(name="NodeFinished"),
        data=SimpleNamespace(
            run_result=SimpleNamespace(status="error", message=message)
        ),
    )
