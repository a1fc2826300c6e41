"""Finding a server that nobody told the address of, on a network of the test's own."""

import re

import steps
from driver import NoNetwork, PrivateNetwork, Server, until
from scene import WindowTest

LIST = "On This Network"
NARROW, HEIGHT = 370, 720


class Found(WindowTest):
    def setUp(self):
        super().setUp()
        try:
            self.network = PrivateNetwork(self.folder)
        except NoNetwork as refusal:
            self.skipTest(f"no network of its own can be had here: {refusal}")
        self.addCleanup(self.network.stop)

    def announce(self, name, port):
        """A server that this network is told of."""
        folder = self.folder / f"announced-{port}"
        server = Server(self.programs, folder, name=name, network=self.network, port=port)
        self.addCleanup(server.stop)
        return server

    def look(self, name, **environment):
        return self.open_app(name, network=self.network, MAJLIS_DISCOVERY="on", **environment)

    def rows(self, app):
        """The names of the rows, in their order."""
        return [row.name for row in app.find_all("row", None, app.find("list", LIST))]

    def test_a_server_of_the_network_is_found_and_joined_by_its_words(self):
        server = self.announce("Reading Room", 33000)
        ana = self.look("ana")
        ana.find("row", re.compile("Reading Room"), ana.find("list", LIST))
        ana.wait_for_text("10.77.0.2:33000")
        ana.find("label", "0 people")
        self.picture(ana, "one")
        ana.click(ana.find("row", re.compile("Reading Room")))
        # What the network says proves nothing: the words are compared, as after typing an address; but it is told whose.
        ana.find("label", re.compile("Reading Room.*10.77.0.2:33000"))
        steps.trust(ana, server)
        steps.join_as(ana, "Ana")
        steps.wait_until_inside(ana)

    def test_servers_come_at_the_end_and_go(self):
        self.announce("Zebra", 33001)
        ana = self.look("ana")
        ana.find("row", re.compile("Zebra"))
        middle = self.announce("بيت نور", 33002)
        ana.find("row", re.compile("بيت نور"))
        self.announce("Aardvark", 33003)
        ana.find("row", re.compile("Aardvark"))
        self.assertEqual([self.first_word(name) for name in self.rows(ana)], ["Zebra", "بيت نور", "Aardvark"])
        self.picture(ana, "three")
        middle.stop()
        until(lambda: len(self.rows(ana)) == 2, "the server that said goodbye to go")

    def first_word(self, name):
        return next(known for known in ("Zebra", "بيت نور", "Aardvark") if known in name)

    def test_no_row_moves_under_the_pointer(self):
        first = self.announce("First", 33001)
        ana = self.look("ana")
        ana.find("row", re.compile("First"))
        self.announce("Second", 33002)
        second = ana.find("row", re.compile("Second"))
        ana.hover(second)
        where = second.extents()[:2]
        first.stop()
        ana.wait_for_text("No longer there")
        self.picture(ana, "gone")
        self.announce("Third", 33003)
        ana.find("row", re.compile("Third"))
        self.assertEqual(second.extents()[:2], where)
        # Once nobody is about to choose, it goes.
        ana.hover(ana.find("button", "Main Menu"))
        ana.wait_until_gone(None, re.compile("No longer there"))

    def test_what_is_behind_the_list_stays_under_the_pointer(self):
        ana = self.look("ana")
        address = ana.find("button", "Enter Address…")
        ana.hover(address)
        where = address.extents()
        for number in (1, 2, 3):
            self.announce(f"Number {number}", 33000 + number)
        ana.find("row", re.compile("Number 2"))
        self.assertEqual(address.extents(), where)
        self.assertEqual(ana.find_all("row", re.compile("Number 3")), [])
        ana.hover(ana.find("button", "Main Menu"))
        ana.find("row", re.compile("Number 3"))

    def test_after_five_empty_seconds_it_is_said_what_may_be_wrong(self):
        ana = self.look("ana")
        ana.find(None, "Looking for servers…")
        self.picture(ana, "looking")
        ana.find(None, "No servers found yet")
        ana.wait_for_text("VPN")
        self.picture(ana, "nothing")
        ana.press("Try Again")
        ana.find(None, "Looking for servers…")
        self.announce("Late", 33001)
        ana.find("row", re.compile("Late"))

    def test_it_looks_well_everywhere(self):
        for number, name in enumerate(("Reading Room", "بيت نور", "A place with a name that is rather long, truly")):
            self.announce(name, 33001 + number)
        dark = self.look("dark", ADW_DEBUG_COLOR_SCHEME="prefer-dark")
        narrow = self.look("narrow")
        arabic = self.look("arabic", LC_ALL="ar_EG.UTF-8")
        for app in (dark, narrow, arabic):
            app.find("row", re.compile("rather long"))
        narrow.place(0, 0, NARROW, HEIGHT)
        self.assertEqual(narrow.size()[0], NARROW)
        for app, name in ((dark, "dark"), (narrow, "narrow"), (arabic, "arabic")):
            self.picture(app, name)
