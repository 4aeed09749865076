"""Sends by Claws Mail with the plugin, as somebody at its keyboard: drive-claws.py JOURNEY MARK.

The home is empty, there is a session bus, and a display is started here. Whatever is not as it should be ends it with a
message. The password of the keyring and of the account come in LAB_KEYRING and LAB_PASSWORD.
"""

import configparser
import os
import pathlib
import subprocess
import sys
import time
import urllib.parse

PATIENCE_S = 20
HOME = pathlib.Path.home()
CONFIG = HOME / "claws"
MAIL = HOME / "Mail"
CLAWS = ["claws-mail", "--alternate-config-dir", str(CONFIG)]
MAIN = "Claws Mail 4"
OWN_COMMAND = "/usr/bin/own-mailer --to everybody"
LOG = open(HOME / "claws.log", "w")


def fail(text):
    subprocess.run(["import", "-window", "root", str(HOME / "screen.png")], stderr=subprocess.DEVNULL, check=False)
    sys.exit(text)


def wait_for(what, test):
    end = time.monotonic() + PATIENCE_S
    while not (found := test()):
        if time.monotonic() > end:
            fail(f"{what}: did not happen")
        time.sleep(0.05)
    return found


# ---- the keyboard -----------------------------------------------------------------------------------

def xdotool(*words):
    return subprocess.run(["xdotool", *words], capture_output=True, text=True, check=False).stdout.split()


def windows(name):
    return xdotool("search", "--onlyvisible", "--name", name)


def focus(name):
    window = wait_for(f"the window {name}", lambda: windows(name))[-1]
    xdotool("windowfocus", "--sync", window)
    time.sleep(0.3)


def press(*keys):
    for key in keys:
        xdotool("key", key)
        time.sleep(0.3)


def is_gone(name):
    wait_for(f"the end of the window {name}", lambda: not windows(name))


# ---- Claws Mail -------------------------------------------------------------------------------------

def write_files(**settings):
    """An account that the plugin knows nothing of yet."""
    CONFIG.mkdir()
    for folder in ("inbox", "sent", "queue", "trash", "draft"):
        (MAIL / folder).mkdir(parents=True)
    account = configparser.RawConfigParser()
    account["Account: 1"] = {
        "account_name": "proseware", "is_default": "1", "name": "Terri Chudzik", "address": "terri@proseware.com",
        "protocol": "6", "smtp_server": "smtp.proseware.com", "ssl_smtp": "2", "use_mail_command": "0",
        "mail_command": OWN_COMMAND, **settings}
    with open(CONFIG / "accountrc", "w") as file:
        account.write(file, space_around_delimiters=False)
    plugin = subprocess.run(["find", "/usr/lib", "-path", "*/claws-mail/plugins/sendpath.so"],
                            capture_output=True, text=True, check=True).stdout
    (CONFIG / "clawsrc").write_text(f"[Common]\nenable_aspell=0\n\n[Plugins_GTK3]\n{plugin}\n")
    kinds = {"sent": "outbox"}
    items = "".join(f'<folderitem type="{kinds.get(name, name)}" name="{name}" path="{name}"/>\n'
                    for name in ("inbox", "sent", "queue", "trash", "draft"))
    (CONFIG / "folderlist.xml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<folderlist>\n<folder type="mh" name="Mail" path="{MAIL}">\n'
        f"{items}</folder>\n</folderlist>\n")


def account_in_file(key):
    file = configparser.RawConfigParser(strict=False)
    file.read(CONFIG / "accountrc")
    return file["Account: 1"][key]


def start():
    program = subprocess.Popen([*CLAWS, "--debug"], stdout=LOG, stderr=LOG)
    focus(MAIN)
    return program


def answers_s():
    """How long Claws Mail takes to answer a question of its command line."""
    began = time.monotonic()
    subprocess.run([*CLAWS, "--status"], stdout=LOG, stderr=LOG, check=True, timeout=PATIENCE_S)
    return time.monotonic() - began


def has_own_settings(when):
    found = account_in_file("use_mail_command"), account_in_file("mail_command")
    if found != ("0", OWN_COMMAND):
        fail(f"{when} the account's file has {found}")


def end(program):
    subprocess.run([*CLAWS, "--exit"], stdout=LOG, stderr=LOG, check=True)
    status = program.wait(PATIENCE_S)
    if status != 0:
        fail(f"Claws Mail ended with {status}")
    has_own_settings("after the end")


# ---- what somebody does -----------------------------------------------------------------------------

def choose_account():
    """Configuration, Preferences, Plugins, sendpath: import, and then the switch."""
    focus(MAIN)
    press("alt+c", "r")
    focus("^Preferences$")
    press("End", "Up", "Up", "Up", "alt+i")
    focus("^sendpath$")
    press("alt+i")
    wait_for("the import", lambda: (HOME / ".config/sendpath/sendpath.conf").exists())
    focus("^Preferences$")
    press("Tab", "space", "alt+o")
    is_gone("^Preferences$")
    has_own_settings("while the plugin has the account")
    if "[account 1]" not in (CONFIG / "sendpathrc").read_text():
        fail("the account was not chosen")


def write_letter(to, subject, body):
    words = urllib.parse.urlencode({"subject": subject, "body": body}, quote_via=urllib.parse.quote)
    subprocess.run([*CLAWS, "--compose", f"mailto:{to}?{words}"], stdout=LOG, stderr=LOG, check=True)
    focus("Compose message")
    press("ctrl+Return")
    is_gone("Compose message")


def has_left(subject):
    """It is among those that were sent, and Claws Mail's queue is empty."""
    def is_filed():
        sent = [file.read_text(errors="replace") for file in (MAIL / "sent").glob("[0-9]*")]
        return any(f"Subject: {subject}" in text for text in sent) and not list((MAIL / "queue").glob("[0-9]*"))
    wait_for(f"{subject} among those that were sent", is_filed)


def log_has(words):
    return words in (HOME / "claws.log").read_text(errors="replace")


def look_at_tools():
    """Tools, and the last entry, which is ours."""
    focus(MAIN)
    press("alt+t", "Up", "Return")
    focus("^Outgoing Mail$")
    press("Escape")
    is_gone("^Outgoing Mail$")


def unload():
    """Configuration, Plugins, the only one, Unload."""
    focus(MAIN)
    press("alt+c", "g")
    focus("^Plugins$")
    press("Home", "alt+u")
    wait_for("the plugin's end", lambda: log_has("removing") or log_has("Unloading"))
    press("Escape")


# ---- journeys ---------------------------------------------------------------------------------------

def journey_password(mark):
    write_files(use_smtp_auth="1", user_id="terri")
    program = start()
    choose_account()

    write_letter("someone@adatum.com", f"Asked {mark}", f".\n..\n{mark}\n")
    focus("^sendpath$")
    if (seconds := answers_s()) > 1:
        fail(f"Claws Mail answers after {seconds} s while the question is open")
    xdotool("type", os.environ["LAB_PASSWORD"])
    press("alt+r", "alt+l")
    is_gone("^sendpath$")
    wait_for("the first letter", lambda: log_has("has been sent"))
    has_left(f"Asked {mark}")

    write_letter("ben@adatum.com", f"Known {mark}", mark)
    wait_for("the second letter", lambda: log_has("to ben@adatum.com has been sent"))
    has_left(f"Known {mark}")
    look_at_tools()

    write_letter("nobody@proseware.com", f"Refused {mark}", mark)
    focus("^sendpath$")
    if not log_has("to nobody@proseware.com could not be sent"):
        fail("nothing is said of the letter that was refused")
    press("Return")
    end(program)


def journey_relay(mark):
    write_files(use_smtp_auth="0")
    program = start()
    choose_account()
    program.kill()
    program.wait()
    has_own_settings("after a crash")
    program = start()
    write_letter("someone@adatum.com", f"Relayed {mark}", mark)
    focus("^sendpath$")
    press("alt+o")
    is_gone("^sendpath$")
    wait_for("the letter", lambda: log_has("has been sent"))
    has_left(f"Relayed {mark}")
    unload()
    has_own_settings("after unloading")
    end(program)


def main():
    journey, mark = sys.argv[1:]
    screen = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
                              stdout=subprocess.PIPE, stderr=LOG, text=True)
    os.environ["NO_AT_BRIDGE"] = "1"
    os.environ["DISPLAY"] = ":" + screen.stdout.readline().strip()
    keyring = subprocess.Popen(["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
                               stdin=subprocess.PIPE, stdout=LOG, stderr=LOG, text=True)
    keyring.stdin.write(os.environ["LAB_KEYRING"])
    keyring.stdin.close()
    try:
        {"password": journey_password, "relay": journey_relay}[journey](mark)
    finally:
        keyring.terminate()
        screen.terminate()


main()
