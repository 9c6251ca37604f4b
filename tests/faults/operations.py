# SPDX-License-Identifier: MIT
"""Everything that a client can have written, each as an act and a look at what became of it."""

import itertools

from load import HOUSE, digest
from people import Api, Client, access

serial = itertools.count(1)


class Scene:
    """A server with an admin and a caller whose sign-ins outlive its restarts; it has no superuser."""

    def __init__(self, store, start_server, **settings):
        self.store = store
        self.server = start_server(store, **settings)
        api = Api(self.server)
        self.admin = api.admin()
        self.caller = api.user(grants=["v2"])
        assert self.caller.id
        self.called = self.predict().headers["X-Service-Call-Id"]
        self.server.restart(CREATE_SUPERUSER="false")

    def predict(self):
        return self.caller.post("/mlservice/v2/predict", json=HOUSE)


class Operation:
    """`ready` makes what it needs, `do` answers, `is_kept` tells whether an answer of 2xx was the truth."""

    success = 200

    def __init__(self, scene):
        self.scene = scene

    def ready(self):
        pass


class Registration(Operation):
    success = 201

    def do(self):
        self.body = Api(self.scene.server).body()
        return Client(self.scene.server).post("/auth/create", json=self.body)

    def is_kept(self, answer):
        living = "SELECT id FROM users WHERE username = ?"
        return len(self.scene.store.read(living, self.body["username"])) == 1


class SignIn(Operation):
    def do(self):
        person = self.scene.caller
        return Api(self.scene.server).try_login(person.username, person.password)

    def is_kept(self, answer):
        return Client(self.scene.server, token=answer.json()["access_token"]).get("/user").status_code == 200


class Grant(Operation):
    success = 204

    def ready(self):
        api = Api(self.scene.server)
        body = api.body(role="user", **access([]))
        made = self.scene.admin.post("/admin/create", json=body)
        assert made.status_code == 201, made.text
        self.person = api.login(body["username"], body["password"])
        assert self.person.id

    def do(self):
        rights = {"is_active": True, **access(["v2"])}
        return self.scene.admin.put(f"/admin/users/{self.person.id}", json=rights)

    def is_kept(self, answer):
        return self.person.get("/user").json()["has_access_v2"]


class Prediction(Operation):
    count = 1

    def do(self):
        houses = [{**HOUSE, "age": next(serial) % 150} for _ in range(self.count)]
        if self.count == 1:
            return self.scene.caller.post("/mlservice/v2/predict", json=houses[0])
        return self.scene.caller.post("/mlservice/v2/predict/batch", json={"inputs": houses})

    def is_kept(self, answer):
        call, body = int(answer.headers["X-Service-Call-Id"]), answer.json()
        outputs = body["outputs"] if "outputs" in body else [body]
        kept = self.scene.store.predictions(call - 1).get(call, [])
        return digest(kept) == digest([output["price"] for output in outputs])


class Batch(Prediction):
    count = 100


class Truth(Operation):
    """Told by the admin, who may tell another value each time."""

    success = 204

    def do(self):
        self.told = 100000.0 + next(serial)
        path = f"/mlservice/v2/truth/{self.scene.called}"
        return self.scene.admin.put(path, json={"target_true": self.told})

    def is_kept(self, answer):
        query = "SELECT target_true FROM model_logs_v2 WHERE service_call_id = ?"
        return self.scene.store.read(query, int(self.scene.called)) == [{"target_true": self.told}]


OPERATIONS = [Registration, SignIn, Grant, Prediction, Batch, Truth]
