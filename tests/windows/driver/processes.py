"""Programs that the tests start, and end again, each by its own process id."""

import os
import signal
import subprocess


class Process:
    """A running program whose output goes to a file."""

    def __init__(self, command, log, environment=None, **options):
        self.log_path = log
        with open(log, "ab") as output:
            self._process = subprocess.Popen(
                command,
                env=environment or os.environ,
                stdin=subprocess.DEVNULL,
                stdout=options.pop("stdout", output),
                stderr=output,
                **options,
            )
        self.pid = self._process.pid
        self.stdout = self._process.stdout

    def is_running(self):
        return self._process.poll() is None

    def wait(self, seconds=10):
        """Waits for the program to end by itself, and returns its exit code."""
        return self._process.wait(timeout=seconds)

    def kill(self):
        """Ends it as a crash would, with no chance to clean up."""
        if self.is_running():
            self._process.send_signal(signal.SIGKILL)
        self._finish()

    def stop(self):
        """Asks it to end, and insists after a while."""
        if self.is_running():
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._finish()

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as output:
            return output.read()

    def _finish(self):
        self._process.wait()
        if self.stdout:
            self.stdout.close()


class Service:
    """What runs as one process, and may be started again; whoever is one sets `_process`."""

    _process = None

    def kill(self):
        """As a power cut would."""
        self._process.kill()

    def stop(self):
        self._process.stop()

    def log(self):
        return self._process.log()


class SessionBus(Process):
    """A D-Bus session bus of its own, so that applications do not find each other."""

    def __init__(self, log, environment=None):
        super().__init__(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"],
            log,
            environment,
            stdout=subprocess.PIPE,
        )
        self.address = self.stdout.readline().decode().strip()
