"""How each route that takes a form is bound to what the person saw before sending it."""

from __future__ import annotations

from enum import StrEnum


class Bound(StrEnum):
    """What makes sure that what is done is what was shown."""

    SEAL = "a seal over all that decides, compared at the moment of the act"
    MARK = "the mark of what the form was opened on"
    OVER = "the version that it was made over, and the mark of what falls silent"
    FIXED = "names what never changes: a version, bytes, what has ended"
    QUIET = "takes sound away, puts aside, or takes back: never refused because something changed"
    NEW = "puts something new beside what there is"
    ORDER = "has the machine work; nothing sounds by it, nothing is written over"
    SPEAKS = "a person speaks"
    SHOWS = "shows, plays or hands out, keeps nothing"
    OWN = "one's own account, draft or browser"


ROUTES = {
    Bound.SEAL: """approving.show emergency.confirm restored.decide restored.all_seen settings.restore reports.issue
        upgrading.begin elsewhere.remove_place onair.resume onair.held onair.trust_clock calendar.command timetable.move timetable.copy lexicon.decide""",
    Bound.MARK: """editor.edit slots.edit timetable.rundown lexicon.edit emergency.edit settings.edit sounds.edit zones.edit
        zones.group plans.edit plans.confirm activities.edit activities.parts users.edit alerting.sender alerting.person
        elsewhere.place""",
    Bound.OVER: "slots.put slots.new slots.upload new_rotation.new new_rotation.first_slot calendar.day",
    Bound.FIXED: """agreements.decide lexicon.remove lexicon.agree sounds.decide sounds.act calendar.rotation_back timetable.again
        emergency.review emergency.prolong users.act zones.tone outlook.let_be outlook.let_scripts_be outlook.take_up
        elsewhere.confirm""",
    Bound.QUIET: """emergency.cancel emergency.dismiss onair.stop muting.mute muting.unmute calendar.rotation_retire
        upgrading.withdraw timetable.leave_out timetable.take_back timetable.undo plans.state activities.state scripts.state
        approving.revoke tokens.revoke zones.close_note""",
    Bound.NEW: """journal.correct activities.new activities.add_proof approving.delegations editor.new editor.upload
        emergency.index emergency.cap lexicon.new lexicon.take_in plans.new plans.upload sounds.new timetable.new
        tokens.index tracker.gap users.new zones.new zones.new_group zones.note scripts.reading recordings.take
        alerting.new_sender alerting.new_person elsewhere.key elsewhere.new_place""",
    Bound.ORDER: """approving.anew calendar.plan timetable.release recordings.again scripts.speak listening.listen
        reports.index reports.redraw reports.stop restored.make_again settings.back_up settings.restart guide.put_off
        outlook.renew alerting.try_sender elsewhere.try_place elsewhere.carry elsewhere.try_restore
        bundle.make""",
    Bound.SPEAKS: "live.talk live.start live.take live.end",
    Bound.SHOWS: "lexicon.try_out preview.preview preview.hear_one settings.backup_file",
    Bound.OWN: """auth.login auth.code auth.logout auth.password auth.second_step auth.sign_out_everywhere auth.sign_out_one
        preferences.save editor.drop""",
}
BOUND = {endpoint: how for how, names in ROUTES.items() for endpoint in names.split()}
