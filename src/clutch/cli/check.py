"""`clutch check`: what can be found wrong with a release and its settings without starting it."""

from __future__ import annotations

from jinja2 import TemplateError

from clutch.cli.serve import say_and_exit, settings_or_exit


def check() -> None:
    """Read the settings as the site would, and compile every template.

    Ends with status 2 and a sentence when one of them is wrong.
    """
    settings_or_exit()
    from clutch.web.templating import environment

    try:
        templates = environment()
        for name in templates.list_templates():
            templates.get_template(name)
    except TemplateError as error:
        where = f"{getattr(error, 'name', None) or 'A template'}"
        line = getattr(error, "lineno", None)
        say_and_exit(f"The template {where}, line {line}, can't be compiled: {error}.")
