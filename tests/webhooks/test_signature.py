"""Signatures as receivers check them, with the example of the libraries of Standard Webhooks."""

import base64

from pricebook.webhooks.signature import format_secret, generate_secret, signed_headers

SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'


def test_signature_of_the_specification() -> None:
    headers = signed_headers(
        [base64.b64decode(SECRET)], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_secrets_differ_and_have_256_bits() -> None:
    first, second = generate_secret(), generate_secret()
    assert first != second
    text = format_secret(first)
    assert base64.b64decode(text.removeprefix("whsec_")) == first
    assert len(first) == 32
