"""Thunderbird without a window, driven from outside (Marionette): it logs in and sends one message."""

import json
import os
import pathlib
import socket
import subprocess

from tap import wait_until

PREFERENCES = {"marionette.port": 0, "app.update.enabled": False, "mail.shell.checkDefaultClient": False,
               "mail.provider.suppress_dialog_on_startup": True,
               "datareporting.policy.dataSubmissionEnabled": False}
SEND = """
const [port, user, password, from, to, text] = arguments;
const done = arguments[arguments.length - 1];
(async () => {
  const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
  const servers = MailServices.outgoingServer || MailServices.smtp;
  const server = servers.createServer("smtp");
  const smtp = server.QueryInterface(Ci.nsISmtpServer);
  smtp.hostname = "127.0.0.1";
  smtp.port = port;
  server.username = user;
  server.password = password;
  server.authMethod = Ci.nsMsgAuthMethod.passwordCleartext;
  server.socketType = Ci.nsMsgSocketType.plain;
  const identity = MailServices.accounts.createIdentity();
  identity.email = from;
  identity.smtpServerKey = server.key;
  const file = await IOUtils.getFile(PathUtils.profileDir, "letter.eml");
  await IOUtils.writeUTF8(file.path, text);
  const listener = {
    QueryInterface: ChromeUtils.generateQI(["nsIMsgOutgoingListener"]),
    onSendStart() {},
    onSendStop(uri, status, security, error) { done([status, error]); },
  };
  const parser = Cc["@mozilla.org/messenger/headerparser;1"].getService(Ci.nsIMsgHeaderParser);
  server.sendMailMessage(file, parser.parseEncodedHeader(to), [], identity, from, password, null, false,
                         "<a@proseware.com>", listener);
})().catch(error => done([-1, String(error)]));
"""


class Thunderbird:
    def __init__(self, folder):
        self.profile = pathlib.Path(folder) / "thunderbird"
        self.profile.mkdir()
        (self.profile / "user.js").write_text("".join(
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items()))
        self.number = 0

    def __enter__(self):
        env = dict(os.environ, HOME=str(self.profile), MOZ_HEADLESS="1")
        for name in ("G_DEBUG", "LD_LIBRARY_PATH", "LD_PRELOAD"):
            env.pop(name, None)
        self.process = subprocess.Popen(
            ["thunderbird", "--headless", "--profile", str(self.profile), "--marionette",
             "-remote-allow-system-access"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        told = self.profile / "MarionetteActivePort"
        wait_until(lambda: told.exists() and told.read_text().strip() != "", "Thunderbird")
        self.stream = socket.create_connection(("127.0.0.1", int(told.read_text()))).makefile("rwb")
        self.read()
        self.ask("WebDriver:NewSession")
        self.ask("Marionette:SetContext", value="chrome")
        self.ask("WebDriver:SetTimeouts", script=60000)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def read(self):
        length = b""
        while (byte := self.stream.read(1)) != b":":
            length += byte
        return json.loads(self.stream.read(int(length)))

    def ask(self, command, **parameters):
        self.number += 1
        text = json.dumps([0, self.number, command, parameters]).encode()
        self.stream.write(b"%d:%b" % (len(text), text))
        self.stream.flush()
        _, _, error, value = self.read()
        if error:
            raise AssertionError(f"{command}: {error}")
        return value

    def send(self, *what):
        """(status, error), 0 if it was accepted: `what` is port, user, password, from, to, text."""
        return self.ask("WebDriver:ExecuteAsyncScript", script=SEND, args=list(what))["value"]
