"""A real Apache Kafka that lets nobody in unknown and nothing be done without a right, for tests of both.

SASL_SSL with SCRAM is its first listener, `addresses` has one for certificates (SSL) and one for anybody (PLAINTEXT). Every user's
password is in `password_of`; `ADMINISTRATOR` may do everything.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sinks.brokers import Security
from streams.settings import Settings
from tests.support.certificates import Authority
from tests.support.kafka import ApacheKafka, need_tools

ADMINISTRATOR: Final = "quan-tri"
_SCRAM: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required"
_PLAIN: Final = "org.apache.kafka.common.security.plain.PlainLoginModule required"
_OWN: Final = f'username="{ADMINISTRATOR}" password="{ADMINISTRATOR}-mk"'
_PROPERTIES: Final = f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{{controller}}
listeners=SASL_SSL://127.0.0.1:{{port}},SSL://127.0.0.1:{{SSL}},PLAINTEXT://127.0.0.1:{{PLAINTEXT}},CONTROLLER://127.0.0.1:{{controller}}
advertised.listeners=SASL_SSL://127.0.0.1:{{port}},SSL://127.0.0.1:{{SSL}},PLAINTEXT://127.0.0.1:{{PLAINTEXT}}
listener.security.protocol.map=SASL_SSL:SASL_SSL,SSL:SSL,PLAINTEXT:PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={_SCRAM} {_OWN};
sasl.mechanism.controller.protocol=PLAIN
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config={_PLAIN} {_OWN} user_{ADMINISTRATOR}="{ADMINISTRATOR}-mk";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:{ADMINISTRATOR}
ssl.keystore.type=PEM
ssl.keystore.location={{directory}}/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location={{directory}}/tests-ca.pem
listener.name.ssl.ssl.client.auth=required
ssl.principal.mapping.rules=RULE:^CN=(.*)$/$1/
log.dirs={{data}}
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=200
"""


def password_of(user: str) -> str:
    """Return the password with which a user was made."""
    return f"{user}-mk"


class SecuredKafka(ApacheKafka):
    """The broker, the authority behind its certificate, and settings for its users."""

    def __init__(self, directory: Path, users: Sequence[str]) -> None:
        self.authority = Authority(directory)
        self.authority.sign("broker")
        formatting = [
            argument
            for user in (ADMINISTRATOR, *users)
            for argument in (
                "--add-scram",
                f"SCRAM-SHA-512=[name={user},password={password_of(user)}]",
            )
        ]
        super().__init__(directory, _PROPERTIES, ("SSL", "PLAINTEXT"), formatting)

    def environment(self, user: str) -> dict[str, str]:
        """Return the settings of a user by name, as a process reads them."""
        return {
            "kafka_bootstrap_servers": self.bootstrap,
            "kafka_security_protocol": Security.SASL_SSL.value,
            "kafka_sasl_username": user,
            "kafka_sasl_password": password_of(user),
            "kafka_ca_file": str(self.authority.file),
        }

    def settings(self, user: str, **others: object) -> Settings:
        """Return the settings with which a user's process connects."""
        return Settings(**{**self.environment(user), **others})  # type: ignore[arg-type]  # pydantic reads them


def secured_kafka(users: Sequence[str]) -> Iterator[SecuredKafka]:
    """Run a secured broker that has some users beside the administrator; for a fixture."""
    need_tools()
    with tempfile.TemporaryDirectory(
        prefix="tiendo-kafka-", ignore_cleanup_errors=True
    ) as directory:
        broker = SecuredKafka(Path(directory), users)
        try:
            broker.start()
            yield broker
        finally:
            broker.kill()
