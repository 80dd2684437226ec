"""Streamed responses: every event as it arrives, byte for byte."""

import pytest

from client import events, streams_one_by_one


def test_events_arrive_one_by_one(proxy, vectors):
    # nginx forwards the bytes of each read in one piece: two events in a piece mean that the first was delayed somewhere.
    assert streams_one_by_one(proxy, vectors)


def test_the_response_head_suits_a_stream(proxy):
    with proxy.stream("hi") as stream:
        assert stream.status == 200
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        assert "no-cache" in stream.headers["Cache-Control"]
        assert stream.headers["x-request-id"].startswith("req_")
        stream.rest()


@pytest.mark.parametrize("recording", ["02_unicode", "04_function_call", "06_reasoning_summary", "11_failed"])
def test_recorded_streams_keep_every_byte(proxy, vectors, recording):
    with proxy.stream(f"[simulate play={recording}]") as stream:
        assert stream.rest() == (vectors / f"streams/{recording}.sse").read_bytes()


def test_a_stream_is_requested_from_upstream(kept_proxy, simulator):
    with kept_proxy.stream("hi") as stream:
        names = [name for name, _ in events(stream.rest())]
    assert simulator.body["stream"] is True
    assert names[0] == "response.created"
    assert names[-1] == "response.completed"


def test_a_connection_serves_streams_and_whole_responses_in_turn(proxy):
    for number in range(5):
        with proxy.stream(f"stream {number}") as stream:
            assert f"stream {number}".encode() in stream.rest()
        assert f"whole {number}" in proxy.ask(f"whole {number}").text
