"""A silent stream gets heartbeats (comments), so that no server on the way times it out."""


def test_heartbeats_are_sent_between_events(deploy, vectors):
    recorded = (vectors / "streams/01_plain_text.sse").read_bytes()
    with deploy(HEARTBEAT="200ms").client.stream("[simulate pace=700] Say hello.") as stream:
        pieces = []
        for piece in stream.pieces():
            pieces.append(piece.data)
            if len(pieces) == 12:
                break
    comments = [piece for piece in pieces if piece.startswith(b":")]
    others = b"".join(piece for piece in pieces if not piece.startswith(b":"))
    assert len(comments) >= 4
    assert all(comment.endswith(b"\n") and comment.count(b"data:") == 0 for comment in comments)
    assert recorded.startswith(others)
    assert others.endswith(b"\n\n")


def test_a_busy_stream_gets_no_heartbeats(deploy, vectors):
    recorded = (vectors / "streams/01_plain_text.sse").read_bytes()
    with deploy(HEARTBEAT="5s").client.stream("[simulate pace=50] Say hello.") as stream:
        assert stream.rest() == recorded
