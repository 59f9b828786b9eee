"""Người dùng: accounts, roles, temporary passwords."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from broadcaster.db.models import User
from broadcaster.db.queries import people
from broadcaster.domain.people.roles import PERMISSIONS, Permission, Role, parse_roles
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.forms import UserForm
from broadcaster.panel.web.proving import grave
from broadcaster.panel.web.seeing import opened
from broadcaster.services.people import accounts, tries

blueprint = Blueprint("users", __name__, url_prefix="/users")
ROLE_WORDS = {
    Role.EDITOR: "Viết và sửa kịch bản, tạo bản đọc, gửi duyệt.",
    Role.CHIEF: "Nghe, duyệt hoặc trả lại kịch bản; dừng phát khi cần; lập báo cáo.",
    Role.OPERATOR: "Lập lịch phát, dừng phát, chỉnh cụm loa, lập báo cáo; viết kịch bản.",
    Role.ADMIN: "Quản lý tài khoản và cài đặt; lập lịch, dừng phát. Không viết, không duyệt.",
    Role.VIEWER: "Chỉ xem.",
}


@blueprint.get("/")
@needs(Permission.MANAGE)
def index() -> ResponseReturnValue:
    """All accounts."""
    with station().db.read() as session:
        rows = people.all_users(session)
        units = {u.code: u.name for u in people.units(session)}
        rests = tries.resting(session, station().now())
    labels = {r.value: r.label for r in Role}
    return render_template("people/users/index.html", rows=rows, units=units, labels=labels, resting=rests)


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def new() -> ResponseReturnValue:
    """Add an account; its temporary password is shown once."""
    form = _form(None)
    if form.validate_on_submit():
        try:
            password = accounts.create_user(
                station(),
                actor(),
                form.username.data,
                form.full_name.data,
                parse_roles(form.roles.data),
                unit=form.unit.data,
            )
        except RuleError as error:
            form.take(error)
        else:
            return _password_once(form.username.data.strip().lower(), password)
    page = render_template(
        "people/users/edit.html", form=form, row=None, role_words=ROLE_WORDS, permissions=PERMISSIONS
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/<username>/edit", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def edit(username: str) -> ResponseReturnValue:
    """Change an account."""
    row = _row(username)
    form = _form(row)
    if form.validate_on_submit():
        try:
            roles = parse_roles(form.roles.data)
            accounts.edit_user(
                station(), actor(), username, form.full_name.data, roles, unit=form.unit.data, seen=opened()
            )
        except RuleError as error:
            form.take(error)
        else:
            flash(f"Đã lưu tài khoản “{username}”.")
            return leave_to(url_for("users.index"))
    page = render_template(
        "people/users/edit.html",
        form=form,
        row=row,
        facts=accounts.facts_of(row),
        role_words=ROLE_WORDS,
        permissions=PERMISSIONS,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/<username>/do")
@needs(Permission.MANAGE)
@grave
def act(username: str) -> ResponseReturnValue:
    """Give a new password, close or open an account, end its sessions."""
    match request.form.get("what"):
        case "reset":
            return _password_once(username, accounts.reset_password(station(), actor(), username))
        case "disable":
            accounts.set_disabled(station(), actor(), username, disabled=True)
            flash(f"Đã khóa tài khoản “{username}”; các phiên đăng nhập của tài khoản này đã kết thúc.")
        case "enable":
            accounts.set_disabled(station(), actor(), username, disabled=False)
            flash(f"Đã mở lại tài khoản “{username}”.")
        case "second-step-off":
            accounts.take_second_step_off(station(), actor(), username)
            flash(f"Đã tắt bước đăng nhập thứ hai của “{username}”.")
        case "sign-out":
            accounts.sign_out_everywhere(station(), actor(), username)
            flash(f"Đã kết thúc mọi phiên đăng nhập của “{username}”.")
        case _:
            raise RuleError("Không hiểu thao tác này.", field="what")
    return leave_to(url_for("users.index"))


def _password_once(username: str, password: str) -> ResponseReturnValue:
    """Show a temporary password in the answer itself: it is kept nowhere."""
    return render_template("people/users/password.html", username=username, password=password)


def _row(username: str) -> User:
    with station().db.read() as session:
        row = people.user_named(session, username)
    if row is None:
        raise NotFoundError(f"Không có tài khoản “{username}”.", field="username")
    return row


def _form(row: User | None) -> UserForm:
    with station().db.read() as session:
        units = [SelectChoice("", "(không thuộc đơn vị nào)")]
        units += [SelectChoice(u.code, u.name) for u in people.units(session)]
    form = (
        UserForm(data={"full_name": row.full_name, "unit": row.unit_code or "", "roles": row.roles})
        if row
        else UserForm()
    )
    form.unit.choices = units
    return form
