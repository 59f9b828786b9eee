"""The library apprise, in the process that sends and nowhere else."""

from __future__ import annotations

import json
import sys

import pytest

from broadcaster.alerting.sender import SendError
from broadcaster.alerting.sending import send
from tests.kit.receivers import receiving

pytestmark = pytest.mark.slow


def test_a_message_goes_through_apprise_and_the_caller_never_loads_it():
    with receiving() as one:
        address = one.address.replace("http://", "json://ba:mat-khau-dai@")
        assert send("khac", "apprise", {"url": address}, "Đài im", "Buổi 5:00 chưa phát.") == "dịch vụ đã nhận"
        said = json.loads(one.came[0].body)
        assert (said["title"], said["message"]) == ("Đài im", "Buổi 5:00 chưa phát.")
        with receiving() as elsewhere:
            one.says = lambda _came: (307, {"Location": elsewhere.address}, b"")
            with pytest.raises(SendError) as caught:
                send("khac", "apprise", {"url": address}, "a", "b")
            assert elsewhere.came == []
    assert "mat-khau-dai" not in caught.value.message
    assert "apprise" not in sys.modules


def test_what_apprise_does_not_know_is_lasting():
    with pytest.raises(SendError) as caught:
        send("khac", "apprise", {"url": "khong-co://mat-khau-dai"}, "a", "b")
    assert caught.value.lasting
    assert "mat-khau-dai" not in caught.value.message
