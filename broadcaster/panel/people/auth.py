"""Sign in, sign out, change one's password."""

from __future__ import annotations

from urllib.parse import urlsplit

import flask
from flask import Blueprint, flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from broadcaster.db.queries import people
from broadcaster.domain.fold import nfc
from broadcaster.domain.people.tries import FREE
from broadcaster.errors import RuleError
from broadcaster.panel.web.access import SessionUser, actor, leave_to, public, signed_in, station
from broadcaster.panel.web.forms import CodeForm, LoginForm, PasswordForm
from broadcaster.panel.web.knocking import caller, given_device, own_caller
from broadcaster.panel.web.proving import grave_each_time
from broadcaster.panel.web.qr import qr
from broadcaster.services.air import door
from broadcaster.services.people import accounts, sign_ins, signing_in
from broadcaster.services.people import second_step as steps
from broadcaster.services.work import telling

blueprint = Blueprint("auth", __name__)
_HALF = "half"
"""Who gave the right password and owes the code."""
_HALF_S = 300
_TOLD = 3
"""Changes of the account that are told right after signing in; the first page has all."""
_PENDING = "pending keys"
"""New keys of the second step, by session, until a first code confirms them: they never leave the station before."""
_PENDING_MOST = 64
_REFUSED = (
    f"Tên đăng nhập hoặc mật khẩu chưa đúng. Sau {FREE} lần sai liên tiếp phải đợi ít phút; "
    "quên mật khẩu thì nhờ quản trị viên cấp lại."
)


def safe_next(target: str | None) -> str:
    """`target` when it is a page of this panel, else the first page."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return url_for("onair.index")
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(c) < 32 for c in target):
        return url_for("onair.index")
    return target


def ask_to_sign_in() -> ResponseReturnValue:
    """Send a request without a session to the sign-in page, and back afterwards."""
    if "HX-Request" in request.headers:
        back = _path_of(request.headers.get("HX-Current-URL"))
    elif request.method == "GET":
        back = request.full_path.rstrip("?")
    else:
        back = _path_of(request.referrer)
    return leave_to(url_for("auth.login", next=back if back != "/" else None))


def _path_of(address: str | None) -> str | None:
    """The page of this panel that an address names, with its question."""
    parts = urlsplit(address or "")
    if parts.netloc != request.host or not parts.path:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """Sign in."""
    if current_user.is_authenticated:
        return flask.redirect(url_for("onair.index"))
    form = LoginForm()
    if form.validate_on_submit():
        name = form.username.data
        try:
            found = signing_in.authenticate(station(), name, form.password.data, caller(nfc(name).strip().lower()))
        except RuleError as error:
            found = None
            form.form_errors.append(error.message)
        door.watch(station())
        if found is not None and found.second_step:
            _clear()
            session[_HALF] = [found.actor.user_id, found.epoch, station().now().timestamp(), found.actor.username]
            return flask.redirect(url_for("auth.code", next=request.args.get("next")), code=303)
        if found is not None:
            _begin(found)
            return flask.redirect(safe_next(request.args.get("next")), code=303)
        if not form.form_errors:
            form.form_errors.append(_REFUSED)
    back = request.args.get("next", "").partition("?")[0]
    return render_template("people/login.html", form=form, back=back), 422 if form.is_submitted() else 200


@blueprint.route("/login/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """The second step: a code from the telephone, or one kept on paper."""
    half = session.get(_HALF)
    if not half or station().now().timestamp() - half[2] > _HALF_S:
        return flask.redirect(url_for("auth.login"), code=303)
    form = CodeForm()
    if form.validate_on_submit():
        said = "Mã chưa đúng hoặc đã dùng. Chờ mã mới trên điện thoại rồi nhập lại."
        try:
            found = signing_in.pass_second_step(station(), half[0], half[1], form.code.data, caller(half[3]))
        except RuleError as error:
            found, said = None, error.message
        door.watch(station())
        if found is not None:
            _begin(found)
            return flask.redirect(safe_next(request.args.get("next")), code=303)
        form.code.errors = [*form.code.errors, said]
    return render_template("people/code.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """One's own account: where it is signed in, and the second step."""
    return _account()


@blueprint.post("/account/sign-out/<token>")
@signed_in
def sign_out_one(token: str) -> ResponseReturnValue:
    """Sign another browser of one's own out."""
    sign_ins.end(station(), actor(), token)
    flash("Đã đăng xuất máy đó.")
    return flask.redirect(url_for("auth.account"), code=303)


@blueprint.post("/account/second-step")
@signed_in
@grave_each_time
def second_step() -> ResponseReturnValue:
    """Turn the second step on, by the password and a first code, or off, by the password and a code."""
    typed = request.form.get("code", "")[:40]
    try:
        if request.form.get("off"):
            signing_in.give_up_second_step(station(), actor(), typed, own_caller())
            flash("Đã tắt bước thứ hai. Từ nay chỉ cần mật khẩu.")
            return flask.redirect(url_for("auth.account"), code=303)
        codes = steps.turn_on(station(), actor(), _pending_key(), typed)
    except RuleError as error:
        return _account(error.message), 422
    _pending().pop(current_user.token, None)
    return render_template("people/recovery.html", codes=codes)


def _pending() -> dict[str, str]:
    found: dict[str, str] = flask.current_app.extensions.setdefault(_PENDING, {})
    return found


def _pending_key() -> str:
    """The new key of this session."""
    keys = _pending()
    if current_user.token not in keys:
        while len(keys) >= _PENDING_MOST:
            keys.pop(next(iter(keys)))
        keys[current_user.token] = steps.new_secret()
    return keys[current_user.token]


def _account(refused: str = "") -> str:
    here = station()
    on = signing_in.has_second_step(here, actor())
    key = "" if on else _pending_key()
    drawing = "" if on else qr(steps.address(here, actor(), key))
    return render_template(
        "people/account.html",
        rows=sign_ins.open_ones(here, actor()),
        here=current_user.token,
        on=on,
        anew=steps.anew(here, actor().username) if on else "",
        drawing=drawing,
        key=key,
        refused=refused,
    )


@blueprint.post("/logout")
@signed_in
def logout() -> ResponseReturnValue:
    """Sign out of this browser."""
    sign_ins.end(station(), actor(), current_user.token)
    logout_user()
    _clear()
    return flask.redirect(url_for("auth.login"), code=303)


@blueprint.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Change one's own password; asked for at the first sign-in."""
    form = PasswordForm()
    if form.validate_on_submit():
        if form.password.data != form.again.data:
            form.again.errors = [*form.again.errors, "Hai lần nhập mật khẩu mới chưa giống nhau."]
        else:
            try:
                epoch = signing_in.change_password(station(), actor(), form.old.data, form.password.data, own_caller())
            except RuleError as error:
                form.take(error)
            else:
                _begin(signing_in.Member(actor(), epoch, must_change=False))
                flash("Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc.")
                return flask.redirect(url_for("onair.index"), code=303)
    return render_template("people/password.html", form=form), 422 if form.is_submitted() else 200


@blueprint.post("/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End all of one's own sessions."""
    accounts.sign_out_everywhere(station(), actor())
    logout_user()
    _clear()
    return flask.redirect(url_for("auth.login"), code=303)


def _begin(member: signing_in.Member) -> None:
    """Start a session anew, so that one planted before signing in is worth nothing."""
    _clear()
    session.permanent = True
    with station().db.read() as reading:
        since = sign_ins.last_began(reading, member.actor)
        news = telling.of_account(reading, member.actor, since) if since else []
        names = people.names_by_username(reading)
    for told in news[:_TOLD]:
        at = station().local(told.at)
        flash(f"{told.words} {told.note} ({names.get(told.by, told.by)}, {at:%H:%M %d/%m/%Y})")
    token = sign_ins.begin(station(), member, caller(), given_device())
    login_user(SessionUser(member, token, station().now()))


def _clear() -> None:
    kept = {k: session[k] for k in ("size", "theme") if k in session}
    session.clear()
    session.update(kept)
