#!/usr/bin/env python3
"""Sends the message on standard input and shows the walk as it happens.  It asks for a password where one
is needed, and Ctrl+C breaks it off: what has not left then waits in the outbox."""

import getpass
import signal
import sys

import gi

gi.require_version("Sendpath", "1.0")
from gi.repository import Gio, GLib, Sendpath  # noqa: E402


def on_request(_engine, request):
    """TRUE: it is or will be answered.  What is not a question for a password is declined here."""
    if request.get_kind() != Sendpath.RequestKind.PASSWORD:
        return False
    request.answer(getpass.getpass(f"{request.get_text()}: "))
    return True


def on_ended(_engine, report, attempt):
    print(report.attempt_to_text(attempt))


def on_sent(engine, result, loop):
    try:
        report = engine.send_finish(result)
        print(report.dup_summary())
        loop.is_failed = report.get_outcome() == Sendpath.Outcome.FAILED
    except GLib.Error as error:
        print(f"not sent: {error.message}", file=sys.stderr)
        loop.is_failed = True
    loop.quit()


def main():
    profiles = Sendpath.ProfileStore.new(None)
    try:
        profiles.load()
        message = Sendpath.Message.new_from_fd(0, Sendpath.MessageFlags.RECIPIENTS_FROM_HEADER)
    except GLib.Error as error:
        sys.exit(f"not sent: {error.message}")
    engine = Sendpath.Engine.new(profiles)
    engine.connect("request", on_request)
    engine.connect("attempt-started", lambda _, route: print(f"trying {route.get_server()}"))
    engine.connect("attempt-ended", on_ended)

    loop, cancellable = GLib.MainLoop(), Gio.Cancellable()
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, cancellable.cancel)
    engine.send_async(message, None, cancellable, on_sent, loop)
    loop.run()
    return 1 if loop.is_failed else 0


if __name__ == "__main__":
    sys.exit(main())
