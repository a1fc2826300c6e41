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
