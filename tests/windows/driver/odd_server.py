"""Servers that nobody should meet: each treats its guests in a way of its own, as odd as a test wants it."""

import socket
import threading


class OddServer:
    """Listens on a port that was free, without encryption, and does `treat` with each guest, in a thread."""

    def __init__(self, treat):
        self._treat = treat
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        self.guests = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            guest = Guest(connection)
            self.guests.append(guest)
            threading.Thread(target=self._serve, args=[guest], daemon=True).start()

    def _serve(self, guest):
        try:
            self._treat(guest)
            guest.stay()
        except OSError:
            # They left, as they may at any time.
            pass
        finally:
            guest.close()

    def stop(self):
        # A thread that waits for the next guest is woken by this alone.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for guest in self.guests:
            guest.close()


class Guest:
    """The application, as an odd server sees it."""

    def __init__(self, connection):
        self._socket = connection
        self._unread = b""
        self.nick = "*"

    def send(self, data):
        self._socket.sendall(data)

    def say(self, *lines):
        self.send("".join(f"{line}\r\n" for line in lines).encode())

    def hear(self, command):
        """Waits for a line with this command; what keeps a connection alive is answered meanwhile."""
        while True:
            line = self._read_line()
            word, _, rest = line.partition(" ")
            if word == "NICK":
                self.nick = rest.lstrip(":")
            elif word == "PING":
                self.say(f":odd PONG odd {rest}")
            if word == command:
                return line

    def _read_line(self):
        while b"\n" not in self._unread:
            received = self._socket.recv(4096)
            if not received:
                raise ConnectionResetError
            self._unread += received
        line, _, self._unread = self._unread.partition(b"\n")
        line = line.decode(errors="replace").strip()
        # Labels and the like are for servers that know them.
        return line.partition(" ")[2] if line.startswith("@") else line

    def welcome(self):
        """Takes them in as a server of forty years ago does."""
        self.hear("USER")
        self.say(f":odd 001 {self.nick} :Welcome!", f":odd 422 {self.nick} :No message of the day.")

    def let_in(self):
        """Lets them into the room that they ask for."""
        room = self.hear("JOIN").split()[1]
        me = self.nick
        self.say(f":{me}!u@h JOIN {room}", f":odd 353 {me} = {room} :{me} bo", f":odd 366 {me} {room} :End of names.")
        return room

    def stay(self):
        """Answers what keeps a connection alive, for as long as they stay."""
        self.hear("nothing that anybody says")

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()
