"""Every server that gpt-proxy is used behind does what the README's table says of it: no less, and no more."""

import pytest

from observations import OBSERVATIONS
from sites import SITES


@pytest.mark.parametrize("kind", SITES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("observation", OBSERVATIONS, ids=lambda observation: "; ".join(observation.rows))
def test_the_server_does_what_the_table_says(servers, expected, observation, kind):
    words = servers.words(observation, kind)
    assert words == [expected.get((row, kind.name)) for row in observation.rows]


def test_the_table_tells_of_every_server_and_nothing_else(expected):
    rows = [row for observation in OBSERVATIONS for row in observation.rows]
    assert list(expected) == [(row, kind.name) for row in rows for kind in SITES]
