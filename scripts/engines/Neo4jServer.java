import java.nio.file.Path;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.connectors.HttpConnector;
import org.neo4j.configuration.connectors.HttpsConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.io.ByteUnit;

/** Serves Neo4j Community over Bolt on loopback, without sign-in, until a signal. Arguments: port, data folder. */
final class Neo4jServer {
  private static final long AVAILABLE_WITHIN_MS = 60_000;

  public static void main(String[] arguments) {
    var address = new SocketAddress("127.0.0.1", Integer.parseInt(arguments[0]));
    var service =
        new DatabaseManagementServiceBuilder(Path.of(arguments[1]))
            .setConfig(BoltConnector.enabled, true)
            .setConfig(BoltConnector.listen_address, address)
            .setConfig(BoltConnector.advertised_address, address)
            .setConfig(HttpConnector.enabled, false)
            .setConfig(HttpsConnector.enabled, false)
            .setConfig(GraphDatabaseSettings.auth_enabled, false)
            .setConfig(GraphDatabaseSettings.pagecache_memory, ByteUnit.mebiBytes(128))
            .setConfig(GraphDatabaseSettings.preallocate_logical_logs, false)
            .build();
    Runtime.getRuntime().addShutdownHook(new Thread(service::shutdown));
    if (!service.database(GraphDatabaseSettings.DEFAULT_DATABASE_NAME).isAvailable(AVAILABLE_WITHIN_MS)) {
      System.err.println("The database did not become available.");
      System.exit(1);
    }
    System.out.println("Neo4j is ready");
  }
}
