"""Every route of the contract, with its column "who"."""

from lib.web import API, session

OPEN, SHARE, COMPANY, ADMIN = "open", "share", "company", "admin"
EVERYBODY = {OPEN, SHARE, COMPANY, ADMIN}
PAGES = ["/", "/whatsapp-pairing.html", "/whatsapp-qr.html"]


class Route:
    """`granted`: the answer to this very request, once it is let through to
    an unlinked company; nothing of it dials or changes more than it says."""

    def __init__(self, method, path, who, granted, body=None, query=""):
        self.method, self.path, self.who = method, path, set(who)
        self.granted, self.body, self.query = granted, body, query
        self.per_company = "{companyId}" in path

    def ask(self, web, company="acme", **how):
        path = self.path.replace("{companyId}", company) + self.query
        if self.path.endswith("/events"):
            return web.events(path, **how).answer
        return web.ask(self.method, path, self.body, **how)

    def __str__(self):
        return f"{self.method} {self.path}"


def _session(method, what, who, granted, body=None, query=""):
    return Route(method, session("{companyId}", what), who, granted, body,
                 query)


LINKING = [OPEN, SHARE, COMPANY, ADMIN]
ROUTES = [
    _session("POST", "pairing-code", LINKING, 400, {"phoneNumber": "1"}),
    _session("GET", "qr", LINKING, 400, query="?format=gif"),
    _session("GET", "status", LINKING, 200),
    _session("POST", "reconnect", [OPEN, COMPANY, ADMIN], 409),
    _session("GET", "health", LINKING, 503),
    _session("GET", "events", LINKING, 200),
    _session("POST", "logout", [COMPANY, ADMIN], 409),
    _session("PATCH", "", [ADMIN], 400, {"name": 5}),
    _session("POST", "share", [ADMIN], 400, {"expiresIn": 0}),
    _session("GET", "history", [ADMIN], 200),
    _session("GET", "log", [ADMIN], 200),
    _session("POST", "backup", [ADMIN], 200),
    _session("GET", "backups", [ADMIN], 200),
    _session("POST", "restore", [ADMIN], 404, {"id": "x"}),
    Route("GET", f"{API}/sessions", [ADMIN], 200),
    Route("GET", f"{API}/events", [ADMIN], 200),
    Route("GET", f"{API}/log", [ADMIN], 200),
    Route("GET", f"{API}/metrics", [ADMIN], 200),
    Route("GET", "/metrics", [ADMIN], 200),
    Route("GET", f"{API}/tokens", [ADMIN], 200),
    Route("POST", f"{API}/tokens", [ADMIN], 400, {}),
    Route("DELETE", f"{API}/tokens", [ADMIN], 404, query="?id=nosuch"),
    Route("GET", f"{API}/listener", [ADMIN], 200),
    Route("PATCH", f"{API}/listener", [ADMIN], 400, {"running": "x"}),
    Route("POST", f"{API}/doctor", [ADMIN], 400, {"companyId": 5}),
    Route("GET", f"{API}/version", [ADMIN], 200),
    Route("PATCH", f"{API}/version", [ADMIN], 400, {"version": "x"}),
    Route("GET", f"{API}/rekey", [ADMIN], 200),
    Route("POST", f"{API}/rekey", [ADMIN], 400, {"to": "x"}),
    Route("GET", "/health", EVERYBODY, 200),
    # last: it takes the company away
    _session("DELETE", "", [ADMIN], 200),
]
