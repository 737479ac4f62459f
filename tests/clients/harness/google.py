"""A Google Cloud Storage for the tests, as far as one can be had: no emulator of it speaks the XML API, through which
the server reaches it. That API is S3's protocol, so moto's server stands in, open to everybody."""

import json

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .s3 import S3


class Google(S3):
    """A running stand-in with one bucket; a context manager."""

    def __enter__(self) -> "Google":
        super().__enter__()
        anybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{self.bucket}/*"}
        policy = {"Version": "2012-10-17", "Statement": [anybody]}
        requests.put(f"{self.url}/{self.bucket}?policy", data=json.dumps(policy), timeout=10).raise_for_status()
        return self

    def environment(self) -> dict[str, str]:
        """What a server needs to know to keep its artifacts here."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        account = {
            "private_key": key.decode(),
            "private_key_id": "1",
            "client_email": "greenroom@tests.iam.gserviceaccount.com",
        }
        return {
            "GOOGLE_BASE_URL": self.url,
            "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(account),
            "GOOGLE_SKIP_SIGNATURE": "true",
            "MLFLOW_ARTIFACTS_DESTINATION": f"gs://{self.bucket}/kept/here",
        }
