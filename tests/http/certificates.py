# SPDX-License-Identifier: MIT
"""Certificates for the tests, signed by themselves, made by the openssl command."""

import pathlib
import subprocess

ELLIPTIC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
AUTHORITY = """
[ca]
default_ca = own
[own]
database = {folder}/index
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
"""


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Certificate:
    """A certificate for 127.0.0.1 and its key, as two files in `folder`."""

    def __init__(self, folder, name="server", days=30, key=ELLIPTIC):
        self.folder = pathlib.Path(folder)
        self.file = self.folder / f"{name}.pem"
        self.key = self.folder / f"{name}.key"
        names = ("-subj", "/CN=inferkeep test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost")
        files = ("-keyout", self.key, "-out", self.file)
        openssl("req", "-x509", *key, "-nodes", *files, "-days", days, *names)
        self.key.chmod(0o600)

    @property
    def settings(self):
        return {"TLS_CERTIFICATE_FILE": self.file, "TLS_KEY_FILE": self.key}

    def replace(self, other):
        """Puts another's files in the place of these, as a renewal does."""
        other.key.replace(self.key)
        other.file.replace(self.file)

    def expire(self):
        """Signs it again for a day that is over."""
        config, request = self.folder / "ca.cnf", self.folder / "request.pem"
        config.write_text(AUTHORITY.format(folder=self.folder))
        (self.folder / "index").touch()
        openssl("req", "-new", "-key", self.key, "-subj", "/CN=inferkeep test", "-out", request)
        day = ("-startdate", "20200101000000Z", "-enddate", "20200102000000Z")
        files = ("-keyfile", self.key, "-in", request, "-out", self.file, "-outdir", self.folder)
        openssl("ca", "-batch", "-notext", "-selfsign", "-config", config, *files, *day)
