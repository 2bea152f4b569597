import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Kafka Streams, exactly once (v2): a task and a store per province, each new count forwarded to the topic peer-counts in the same
 * Kafka transaction as changelog and offsets.
 *
 * <p>The rows: a consumer of committed records in this JVM upserts them by JDBC and commits its offsets after the rows, which is what
 * Kafka Connect's JDBC sink does. A count is absolute and a key's records are in order, so what is written twice ends the same.
 *
 * <p>The processor API needs no repartitioning, as each topic's events are counted by its own task; the default RocksDB store with
 * its record cache on; 100 ms between commits, the default under exactly once; a thread per core; static members, so that a restart
 * takes its tasks back at once.
 */
public final class KafkaStreamsWorker {
    static final String COUNTS = "peer-counts";
    static final String UPSERT =
            "INSERT INTO counts (province, agency, level, channel, day, count)"
                + " SELECT province, agency, level, channel, day::date, count"
                + " FROM unnest(?::text[], ?::text[], ?::integer[], ?::text[], ?::text[], ?::bigint[])"
                + " AS given (province, agency, level, channel, day, count)"
                + " ON CONFLICT (province, agency, level, channel, day) DO UPDATE SET count = excluded.count";

    /** Counts the events of one province. */
    static final class Counter extends ContextualProcessor<byte[], byte[], String, Long> {
        private final ObjectMapper mapper = new ObjectMapper();
        private final String storeName;
        private KeyValueStore<String, Long> counts;

        Counter(String storeName) {
            this.storeName = storeName;
        }

        @Override
        public void init(ProcessorContext<String, Long> context) {
            super.init(context);
            counts = context.getStateStore(storeName);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            String key;
            try {
                key = rowOf(mapper.readTree(record.value()));
            } catch (java.io.IOException error) {
                throw new java.io.UncheckedIOException(error);
            }
            Long before = counts.get(key);
            long count = before == null ? 1 : before + 1;
            counts.put(key, count);
            context().forward(record.withKey(key).withValue(count));
        }
    }

    static String rowOf(JsonNode event) {
        JsonNode data = event.get("data");
        return String.join(
                "\t",
                event.get("province").textValue(),
                event.get("agency").textValue(),
                Integer.toString(data.path("procedure_online_level").asInt(0)),
                data.path("intake_channel").asText(""),
                event.get("time").textValue().substring(0, 10));
    }

    static Topology topology(String[] topics) {
        Topology topology = new Topology();
        for (String topic : topics) {
            String store = "counts-" + topic;
            topology.addSource("in-" + topic, new ByteArrayDeserializer(), new ByteArrayDeserializer(), topic)
                    .addProcessor("count-" + topic, () -> new Counter(store), "in-" + topic)
                    .addStateStore(
                            Stores.keyValueStoreBuilder(
                                            Stores.persistentKeyValueStore(store), Serdes.String(), Serdes.Long())
                                    .withCachingEnabled(),
                            "count-" + topic)
                    .addSink("out-" + topic, COUNTS, new StringSerializer(), new LongSerializer(), "count-" + topic);
        }
        return topology;
    }

    static void write(Connection connection, Map<String, Long> changed) throws java.sql.SQLException {
        int size = changed.size(), place = 0;
        String[][] texts = new String[5][size];
        Integer[] levels = new Integer[size];
        Long[] counts = new Long[size];
        for (Map.Entry<String, Long> one : changed.entrySet()) {
            String[] parts = one.getKey().split("\t", -1);
            for (int column = 0; column < parts.length; column++) {
                texts[column][place] = parts[column];
            }
            levels[place] = Integer.valueOf(parts[2]);
            counts[place++] = one.getValue();
        }
        try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
            statement.setArray(1, connection.createArrayOf("text", texts[0]));
            statement.setArray(2, connection.createArrayOf("text", texts[1]));
            statement.setArray(3, connection.createArrayOf("integer", levels));
            statement.setArray(4, connection.createArrayOf("text", texts[3]));
            statement.setArray(5, connection.createArrayOf("text", texts[4]));
            statement.setArray(6, connection.createArrayOf("bigint", counts));
            statement.executeUpdate();
        }
        connection.commit();
    }

    static void sink(String bootstrap, String jdbc) throws java.sql.SQLException {
        Properties settings = new Properties();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, "peer-counts-sink");
        settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "peer-counts-sink");
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
        try (Connection connection = DriverManager.getConnection(jdbc, "postgres", "");
                KafkaConsumer<String, Long> consumer =
                        new KafkaConsumer<>(settings, new StringDeserializer(), new LongDeserializer())) {
            connection.setAutoCommit(false);
            consumer.subscribe(List.of(COUNTS));
            while (true) {
                Map<String, Long> changed = new LinkedHashMap<>();
                for (ConsumerRecord<String, Long> record : consumer.poll(Duration.ofMillis(500))) {
                    changed.put(record.key(), record.value());
                }
                if (!changed.isEmpty()) {
                    write(connection, changed);
                    consumer.commitSync();
                }
            }
        }
    }

    public static void main(String[] arguments) {
        String bootstrap = arguments[0], jdbc = arguments[1], state = arguments[2];
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "peer-kafka-streams");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, state);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Runtime.getRuntime().availableProcessors());
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), "peer-kafka-streams");
        KafkaStreams streams = new KafkaStreams(topology(arguments[3].split(",")), settings);
        streams.setUncaughtExceptionHandler(
                error -> {
                    error.printStackTrace();
                    Runtime.getRuntime().halt(1);
                    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
                });
        streams.start();
        try {
            sink(bootstrap, jdbc);
        } catch (Exception error) {
            error.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }
}
