"""The TLS profile: a self-signed certificate, and passwords for Trino's users."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import subprocess
from pathlib import Path

from ingestion.errors import ServiceUnavailableError
from stack.launcher.java import find_java
from stack.launcher.places import StackPlace

_ITERATIONS = 200_000
_DAYS_VALID = 825


def make_tls(place: StackPlace) -> None:
    """Make the files below ``<state>/stack/tls``; they appear all or not at all.

    Raises:
        ServiceUnavailableError: Java's keytool fails.
    """
    unfinished = place.home / "_tls"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    keystore = unfinished / "keystore.p12"
    _keytool(
        place,
        *("-genkeypair", "-alias", "trino", "-keyalg", "EC", "-groupname", "secp256r1"),
        *("-dname", "CN=localhost", "-ext", "san=ip:127.0.0.1,dns:localhost"),
        *("-validity", str(_DAYS_VALID), "-storetype", "PKCS12"),
        *("-keystore", str(keystore)),
    )
    _keytool(
        place,
        *("-exportcert", "-rfc", "-alias", "trino", "-keystore", str(keystore)),
        *("-file", str(unfinished / "certificate.pem")),
    )
    users = place.trino_passwords.items()
    lines = [f"{user}:{_hashed(password)}\n" for user, password in users]
    (unfinished / "passwords").write_text("".join(lines))
    for file in unfinished.iterdir():
        file.chmod(0o600)
    remove_tls(place)
    unfinished.rename(place.tls)


def remove_tls(place: StackPlace) -> None:
    """Back to plain HTTP, from the next start on."""
    shutil.rmtree(place.tls, ignore_errors=True)


def _keytool(place: StackPlace, *arguments: str) -> None:
    program: Path = find_java() / "bin" / "keytool"
    done = subprocess.run(  # noqa: S603  # Java's own program, fixed words
        [str(program), *arguments, "-storepass:env", "KEYSTORE_PASSWORD"],
        env={"KEYSTORE_PASSWORD": place.secrets.keystore},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stdout or done.stderr).strip().splitlines()
        raise ServiceUnavailableError(
            f"The certificate cannot be made: {said[0] if said else program}."
        )


def _hashed(password: str) -> str:
    """As Trino's password file has it: iterations, salt and PBKDF2, in hex."""
    salt = secrets.token_bytes(16)
    digest = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, _ITERATIONS)
    return f"{_ITERATIONS}:{salt.hex()}:{digest.hex()}"
