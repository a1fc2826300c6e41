"""A guest of the plain room: what `nc` or a ten-line script is to the server."""

import codecs
import socket
import time

from .wait import TimedOut

GREETING = "Greetings from the server! Now type your name and press enter!"


class RawGuest:
    """Connects, waits to be greeted, and gives a name."""

    def __init__(self, server, name):
        self._socket = socket.create_connection((server.host, server.port), timeout=5)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.heard = ""
        self.wait_for(GREETING)
        self.say(name)
        self.wait_for(f"Welcome {name}!")

    def say(self, text):
        self._socket.sendall(f"{text}\n".encode())

    def wait_for(self, text, seconds=20):
        """Reads until this text was heard."""
        deadline = time.monotonic() + seconds
        while text not in self.heard:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimedOut(f"the raw guest waited {seconds} s for {text!r}; it heard:\n{self.heard}")
            self._read(left)

    def _read(self, seconds):
        self._socket.settimeout(seconds)
        try:
            received = self._socket.recv(4096)
        except TimeoutError:
            return
        if not received:
            raise AssertionError(f"the server closed on the raw guest; it heard:\n{self.heard}")
        self.heard += self._decoder.decode(received)

    def leave(self):
        self.say("shutdown")
        self._socket.close()

    def stop(self):
        self._socket.close()


class IrcGuest:
    """Another program: speaks IRC in the lobby over a bare socket, with these capabilities."""

    def __init__(self, server, name, capabilities="message-tags echo-message server-time", real_name=None):
        self._socket = socket.create_connection((server.host, server.port), timeout=5)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.heard = ""
        for line in ("CAP LS 302", f"NICK {name}", f"USER {name} 0 * :{real_name or name}", f"CAP REQ :{capabilities}", "CAP END"):
            self.send(line)
        self.wait_for(" 001 ")
        self.send("JOIN #lobby")
        self.wait_for(" 366 ")

    def send(self, line):
        self._socket.sendall(f"{line}\r\n".encode())

    def wait_for(self, text, seconds=20):
        """Reads until this was heard; returns the line that it is in."""
        deadline = time.monotonic() + seconds
        while True:
            line = next((line for line in self.heard.split("\r\n")[:-1] if text in line), None)
            if line is not None:
                return line
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimedOut(f"the guest waited {seconds} s for {text!r}; it heard:\n{self.heard}")
            self._socket.settimeout(left)
            try:
                received = self._socket.recv(4096)
            except TimeoutError:
                continue
            if not received:
                raise AssertionError(f"the server closed on the guest; it heard:\n{self.heard}")
            self.heard += self._decoder.decode(received)

    def msgid_of(self, text):
        """The identifier of a message that was heard."""
        line = self.wait_for(f":{text}")
        tags = dict(tag.partition("=")[::2] for tag in line.split(" ")[0].lstrip("@").split(";"))
        return tags["msgid"]

    def stop(self):
        self._socket.close()
