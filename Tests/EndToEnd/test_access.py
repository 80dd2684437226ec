"""Access: X-API-KEY and Authorization, alone and together."""

import pytest

from stack import PROXY_KEY

ALLOWED = {
    "X-API-KEY": [("X-API-KEY", PROXY_KEY)],
    "bearer": [("Authorization", f"Bearer {PROXY_KEY}")],
    "bearer in lower case": [("authorization", f"bearer {PROXY_KEY}")],
    "both": [("X-API-KEY", PROXY_KEY), ("Authorization", f"Bearer {PROXY_KEY}")],
}

REFUSED = {
    "none": [],
    "wrong": [("X-API-KEY", "wrong")],
    "empty": [("X-API-KEY", "")],
    "a beginning": [("X-API-KEY", PROXY_KEY[:-1])],
    "more than the key": [("X-API-KEY", PROXY_KEY + "x")],
    "twice the key": [("X-API-KEY", PROXY_KEY * 2)],
    "in other case": [("X-API-KEY", PROXY_KEY.upper())],
    "wrong bearer": [("Authorization", "Bearer wrong")],
    "no scheme": [("Authorization", PROXY_KEY)],
    "another scheme": [("Authorization", f"Basic {PROXY_KEY}")],
    "right key, wrong bearer": [("X-API-KEY", PROXY_KEY), ("Authorization", "Bearer wrong")],
    "wrong key, right bearer": [("X-API-KEY", "wrong"), ("Authorization", f"Bearer {PROXY_KEY}")],
    "doubled": [("X-API-KEY", PROXY_KEY), ("X-API-KEY", PROXY_KEY)],
    "doubled, the first wrong": [("X-API-KEY", "wrong"), ("X-API-KEY", PROXY_KEY)],
    "doubled, the last wrong": [("X-API-KEY", PROXY_KEY), ("X-API-KEY", "wrong")],
    "joined": [("X-API-KEY", f"{PROXY_KEY}, {PROXY_KEY}")],
    "joined bearer": [("Authorization", f"Bearer {PROXY_KEY}, Bearer {PROXY_KEY}")],
}


@pytest.mark.parametrize("headers", ALLOWED.values(), ids=ALLOWED)
def test_the_right_key_is_accepted(proxy, headers):
    assert proxy.post({"prompt": "hi"}, headers=headers).status == 200


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
def test_all_other_keys_are_rejected_with_the_contracts_message(proxy, simulator, headers):
    reply = proxy.post({"prompt": "hi"}, headers=headers)
    assert reply.status == 401
    assert reply.json == {"detail": "Invalid proxy API key"}
    assert simulator.requests == []


def test_a_streamed_request_is_rejected_with_the_same_message(kept_proxy):
    reply = kept_proxy.post({"prompt": "hi", "stream": True}, headers={"X-API-KEY": "wrong"})
    assert reply.status == 401
    assert reply.json == {"detail": "Invalid proxy API key"}


def test_the_key_is_checked_before_the_body(kept_proxy):
    assert kept_proxy.post(b"{nonsense", headers={}).status == 401
