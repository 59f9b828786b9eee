"""The station's own page templates, in `web/templates` of its home: one that is broken gives way to the shipped one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, TemplateNotFound, TemplateSyntaxError

from broadcaster.home import Home
from broadcaster.later import Later
from broadcaster.services.reports.files import templates_of
from broadcaster.services.setup import doctor

if TYPE_CHECKING:
    from broadcaster.reporting import docx
else:
    docx = Later("broadcaster.reporting.docx")


class OwnTemplates(FileSystemLoader):
    """Finds those of them that can be used."""

    def __init__(self, home: Home) -> None:
        super().__init__(_folder(home))

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The text of a template.

        Raises:
            TemplateNotFound: there is none of its own, or it cannot be used.
        """
        try:
            found = super().get_source(environment, template)
            environment.compile(found[0], template)
        except (TemplateSyntaxError, UnicodeDecodeError, OSError) as error:
            raise TemplateNotFound(template) from error
        return found


def faults(home: Home, environment: Environment | None = None) -> list[str]:
    """A sentence for each own template that cannot be used.

    Args:
        home: of the station.
        environment: of the panel, which knows its filters; else a plain one.
    """
    asked = environment or Environment()  # noqa: S701 - it only reads
    told = []
    for path in sorted(_folder(home).rglob("*.html")):
        try:
            text = path.read_text(encoding="utf-8")
            _ = asked.compile(text) if environment else asked.parse(text)
        except TemplateSyntaxError as error:
            told.append(f"{_name(home, path)}, dòng {error.lineno}: viết sai nên trang dùng mẫu đi kèm.")
        except (UnicodeDecodeError, OSError):
            told.append(f"{_name(home, path)}: không đọc được nên trang dùng mẫu đi kèm.")
    return told


def checks(home: Home, environment: Environment | None = None) -> list[doctor.Check]:
    """The same as findings of the doctor, and what is wrong with the Word templates of reports."""
    pages = [doctor.Check("Mẫu trang", ok=False, sentence=sentence) for sentence in faults(home, environment)]
    wrong = docx.broken(templates_of(home)).items()
    return pages + [doctor.Check("Mẫu báo cáo", ok=False, sentence=f"{name}: {why}") for name, why in wrong]


def _folder(home: Home) -> Path:
    return home.root / "web" / "templates"


def _name(home: Home, path: Path) -> str:
    return path.relative_to(home.root).as_posix()
