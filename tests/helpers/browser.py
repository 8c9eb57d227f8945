"""Chromium for tests, which waits for a machine that is as busy as it likes."""

import shutil

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_PATIENCE = 300_000  # milliseconds, for what hangs only


def launch(playwright):
    return playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=_PATIENCE)


def new_context(browser, **options):
    context = browser.new_context(**options)
    context.set_default_timeout(_PATIENCE)
    return context
