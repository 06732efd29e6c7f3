"""`clutch check`: what can be found wrong with a release and its settings without starting it."""

from __future__ import annotations

from jinja2 import TemplateError

from clutch.cli.serve import say_and_exit, settings_or_exit


def check() -> None:
    """Read the settings as the site would, compile every template and read every language's texts.

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
    _check_texts()


def _check_texts() -> None:
    from clutch.accounts.models import LANGUAGES
    from clutch.web.catalogue_faults import faults_in

    # English stands in the code itself.
    for language in LANGUAGES[1:]:
        for fault in faults_in(language):
            say_and_exit(f"{fault}.")
