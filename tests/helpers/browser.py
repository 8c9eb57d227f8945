"""Chromium for tests, which waits for a machine that is as busy as it likes."""

_PATIENCE = 300_000  # milliseconds, for what hangs only


def launch(playwright, path):
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], timeout=_PATIENCE)


def new_context(browser, **options):
    context = browser.new_context(**options)
    context.set_default_timeout(_PATIENCE)
    return context
