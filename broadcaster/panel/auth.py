"""Sign in, sign out, change one's password."""

from __future__ import annotations

from urllib.parse import urlsplit

import flask
from flask import Blueprint, flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from broadcaster.errors import RuleError
from broadcaster.panel.access import SessionUser, actor, leave_to, public, signed_in, station
from broadcaster.panel.forms import LoginForm, PasswordForm
from broadcaster.services import accounts

blueprint = Blueprint("auth", __name__)
_REFUSED = (
    "Tên đăng nhập hoặc mật khẩu chưa đúng. Sau 5 lần sai liên tiếp, tài khoản tạm khóa ít phút; "
    "quên mật khẩu thì nhờ quản trị viên cấp lại."
)


def safe_next(target: str | None) -> str:
    """Return `target` when it is a page of this panel, else the first page."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return url_for("onair.index")
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(c) < 32 for c in target):
        return url_for("onair.index")
    return target


def ask_to_sign_in() -> ResponseReturnValue:
    """Send a request without a session to the sign-in page, and back afterwards."""
    back = request.full_path.rstrip("?") if request.method == "GET" and "HX-Request" not in request.headers else None
    return leave_to(url_for("auth.login", next=back if back != "/" else None))


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """Sign in."""
    if current_user.is_authenticated:
        return flask.redirect(url_for("onair.index"))
    form = LoginForm()
    if form.validate_on_submit():
        found = accounts.authenticate(station(), form.username.data, form.password.data)
        if found is not None:
            _begin(found)
            return flask.redirect(safe_next(request.args.get("next")), code=303)
        form.form_errors.append(_REFUSED)
    return render_template("login.html", form=form), 422 if form.is_submitted() else 200


@blueprint.post("/logout")
@signed_in
def logout() -> ResponseReturnValue:
    """Sign out of this browser."""
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
                epoch = accounts.change_password(station(), actor(), form.old.data, form.password.data)
            except RuleError as error:
                form.take(error)
            else:
                _begin(accounts.Member(actor(), epoch, must_change=False))
                flash("Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc.")
                return flask.redirect(url_for("onair.index"), code=303)
    return render_template("password.html", form=form), 422 if form.is_submitted() else 200


@blueprint.post("/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End all of one's own sessions."""
    accounts.sign_out_everywhere(station(), actor())
    logout_user()
    _clear()
    return flask.redirect(url_for("auth.login"), code=303)


def _begin(member: accounts.Member) -> None:
    """Start a session anew, so that one planted before signing in is worth nothing."""
    _clear()
    session.permanent = True
    login_user(SessionUser(member))


def _clear() -> None:
    kept = {k: session[k] for k in ("size", "theme") if k in session}
    session.clear()
    session.update(kept)
