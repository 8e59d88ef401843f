"""The verification code of the documentation, run as it stands there, against what is sent."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from idportal.webhooks.signing import decrypted, encrypted, new_secret, signatures

DOCS = (Path(__file__).parent.parent.parent / "docs" / "webhooks.md").read_text()


def test_a_signature_is_the_one_that_the_standard_gives_as_its_example() -> None:
    body = b'{"test": 2432232314}'
    secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    signed = signatures(secrets=secrets, event_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_is_stored_as_a_cipher_of_its_own_each_time() -> None:
    secret = new_secret()
    assert secret.startswith("whsec_")
    assert encrypted(secret) != encrypted(secret)
    assert decrypted(encrypted(secret)) == secret


def test_the_javascript_of_the_documentation_tells_true_from_false(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node.js on this machine")
    found = re.search(r"```javascript\n(.*?)```", DOCS, re.DOTALL)
    assert found
    secret, body, now = new_secret(), b'{"id":"evt_1"}', int(time.time())
    headers = {"webhook-id": "evt_1", "webhook-timestamp": str(now)}
    headers["webhook-signature"] = signatures(
        secrets=[new_secret(), secret], event_id="evt_1", timestamp=now, body=body
    )
    old = headers | {"webhook-timestamp": str(now - 301)}
    asked = [
        (secret, headers, body),
        (new_secret(), headers, body),
        (secret, headers, body + b" "),
        (secret, old, body),
    ]
    calls = ",".join(
        f"verify({json.dumps(s)}, {json.dumps(h)}, Buffer.from({json.dumps(b.decode())}))" for s, h, b in asked
    )
    script = tmp_path / "verify.cjs"
    script.write_text(f"{found[1]}\nconsole.log(JSON.stringify([{calls}]));")
    answered = subprocess.run([node, str(script)], capture_output=True, text=True, check=True, timeout=30)
    assert json.loads(answered.stdout) == [True, False, False, False]
