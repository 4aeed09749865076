"""What the Python checks share: cases, comparing, and TAP on standard output."""

import concurrent.futures
import sys
import time

PATIENCE_S = 30

cases = []


def case(function):
    """Its name is the promise; an exception, and only that, breaks it.  A text that it returns says why
    it could not be tried here."""
    cases.append(function)
    return function


def equal(seen, expected, what):
    if seen != expected:
        raise AssertionError(f"{what}: expected {expected!r}, saw {seen!r}")


def contains(text, *words):
    for word in words:
        if word not in text:
            raise AssertionError(f"{word!r} is not in {text!r}")


def wait_until(condition, what):
    """Until another process has done it."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {PATIENCE_S} s")
        time.sleep(0.02)


def each(check, rows):
    """The same for each row of a table, several at once: most of the time the disk is waited for."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda row: check(*row), rows))


def run_cases():
    """The exit status of the program."""
    print(f"1..{len(cases)}")
    failed = 0
    for number, function in enumerate(cases, 1):
        try:
            why_not = function()
            print(f"ok {number} {function.__name__}" + (f" # SKIP {why_not}" if why_not else ""))
        except Exception as error:  # pylint: disable=broad-except  # ends one case, not all
            failed += 1
            message = str(error).replace("\n", "\n# ")
            print(f"not ok {number} {function.__name__}\n# {type(error).__name__}: {message}")
        sys.stdout.flush()
    return 1 if failed else 0
