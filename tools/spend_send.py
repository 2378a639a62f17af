"""Sends charges to a server and judges each answer: what tools/test-spend does from several threads at once."""
import json
import random
import threading
import time
from decimal import Decimal

from ledger_process import LostConnection
from spend_lists import Finding
from spend_play import Protobuf

SIZES = [1, 1, 1, 2, 10, 100, 100, 1000]


class Sender:
    """Sends one batch after the other. What has no answer stays pending and is sent again after the restart."""

    def __init__(self, number, charger, options):
        self.charger, self.random = charger, random.Random(f"{options.seed}-sender-{number}")
        self.sizes = [size for size in SIZES if size <= max(10, options.charges // 20)] + ([10_000] if options.charges >= 500_000 else [])
        self.pending, self.is_repeated = None, False
        self.left = self.acknowledged = 0
        self.done, self.refused, self.refused_before, self.finding = [], [], [], None
        self.secret = None

    def run(self, server):
        client, twin = (server.client(timeout=120, parse_float=Decimal) for _ in range(2))
        try:
            while self.left > 0 or self.pending or self.refused_before:
                if self.pending is None:
                    self.pending, self.is_repeated = self.next_batch(), bool(self.refused_before)
                    self.refused_before = []
                self.send(client, twin)
                self.left -= len(self.pending)
                self.pending = None
        except LostConnection:
            self.is_repeated = True
        except Finding as finding:
            self.finding = finding
        except Exception as error:  # A thread's fault must not get lost.
            self.finding = Finding(f"{type(error).__name__}: {error} (a fault of the test, or an answer of another form)")
            self.finding.__cause__ = error
        finally:
            client.close()
            twin.close()

    def next_batch(self):
        if self.refused_before:
            return self.refused_before
        # Without a secret of its own it is the administrator.
        if self.secret is None and self.random.random() < 0.1:
            return [self.charger.correction()]
        return self.charger.batch(min(self.random.choice(self.sizes), max(1, self.left)))

    def send(self, client, twin):
        body, kind = self.written(self.pending)
        answers = []
        if self.random.random() < 0.05:
            other = threading.Thread(target=self.post_twin, args=(twin, body, kind, answers))
            other.start()
            try:
                answers.append(self.post(client, body, kind))
            finally:
                other.join()
            if len(answers) < 2:
                raise LostConnection("the twin got no answer")
        else:
            answers.append(self.post(client, body, kind))
        outcomes = [self.outcomes(*answer) for answer in answers]
        for index, sent in enumerate(self.pending):
            self.judge(sent, [outcome[index] for outcome in outcomes])

    def post_twin(self, client, body, kind, answers):
        try:
            answers.append(self.post(client, body, kind))
        except LostConnection:
            pass

    def written(self, batch):
        if all(sent.is_plain for sent in batch) and batch[0].path == "/v1/spend" and self.random.random() < 0.3:
            return b"".join(map(Protobuf.delimited, batch)), "application/x-protobuf"
        texts = [sent.text for sent in batch]
        if batch[0].path != "/v1/spend":
            return texts[0].encode(), "application/json"
        if len(texts) == 1 and self.random.random() < 0.7:
            return texts[0].encode(), "application/json"
        if self.random.random() < 0.5:
            return ("\n".join(texts) + self.random.choice(["", "\n"])).encode(), "application/x-ndjson"
        return ("[" + ",".join(texts) + "]").encode(), "application/json"

    def post(self, client, body, kind):
        while True:
            status, answer, headers = client.post(self.pending[0].path, body, headers={"Content-Type": kind}, secret=self.secret)
            if status != 503 or not headers.get("Retry-After"):
                return status, answer, body
            time.sleep(0.05)

    def outcomes(self, status, answer, body):
        """What became of each charge, as (result, position)."""
        if len(self.pending) == 1 and status in (400, 409, 422):
            return [("conflict" if status == 409 else "rejected", None)]
        rows = answer.get("results") if isinstance(answer, dict) else None
        if status not in (200, 400, 409, 422) or rows is None:
            raise Finding(f"{len(self.pending)} charges were answered with {status}: {shown(answer)}\n{shown(body)}")
        if (status == 200) != any(row["result"] in ("recorded", "duplicate") for row in rows):
            raise Finding(f"status {status} does not fit the results {shown(rows)} of {shown(body)}")
        if len(rows) != len(self.pending):
            raise Finding(f"{len(self.pending)} charges were answered with {len(rows)} results: {shown(body)}")
        for sent, row in zip(self.pending, rows):
            wanted = json.loads(sent.members.get("request_id", "null"))
            if row.get("request_id") != wanted:
                raise Finding(f"the result of request_id {wanted!r} names {row.get('request_id')!r}: {sent.text}")
        return [(row["result"], row.get("position")) for row in rows]

    def judge(self, sent, outcomes):
        wanted, found = self.wanted(sent, outcomes), [result for result, _ in outcomes]
        if sent.result == "rejected" and sent.charge.producer and (self.is_repeated or len(found) > 1):
            # A refused charge has used its number up.
            found = ["rejected" if result == "duplicate" else result for result in found]
        if sorted(found) != sorted(wanted):
            first = f"\nThe first was {sent.of.text}" if sent.of else ""
            raise Finding(f"expected {wanted}, got {outcomes} for {sent.text}{first}")
        position = self.position(sent, outcomes)
        if sent.result == "recorded":
            sent.position = position
            self.done.append(sent)
            self.charger.acknowledged(sent)
            self.acknowledged += 1
        if sent.charge.producer and sent.result in ("recorded", "rejected"):
            self.refused = [*self.refused, sent] if sent.result == "rejected" else []

    def wanted(self, sent, outcomes):
        if sent.result != "recorded":
            return [sent.result] * len(outcomes)
        if self.is_repeated and all(result == "duplicate" for result, _ in outcomes):
            return ["duplicate"] * len(outcomes)
        return ["recorded"] + ["duplicate"] * (len(outcomes) - 1)

    @staticmethod
    def position(sent, outcomes):
        """The one position that is told of a charge; None of a producer's that was a duplicate."""
        positions = {position for result, position in outcomes if result != "rejected" and position is not None}
        if sent.of and sent.of.position is not None:
            positions.add(sent.of.position)
        if len(positions) > 1:
            raise Finding(f"the positions {sorted(positions)} are told of one charge: {sent.text}")
        if sent.result == "recorded" and not positions and not sent.charge.producer:
            raise Finding(f"no position is told of {sent.text}")
        return positions.pop() if positions else None

    def server_stopped(self):
        """That a refused charge has used its number up is forgotten if no charge of its producer came after it: it is sent again."""
        self.refused_before, self.refused = [*self.refused_before, *self.refused], []


def shown(value):
    text = value.decode(errors="replace") if isinstance(value, bytes) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) < 1500 else text[:1500] + " …"
