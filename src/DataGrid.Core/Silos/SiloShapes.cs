using DataGrid.Core.Pipelines.Keys;

namespace DataGrid.Core.Silos;

/// <summary>Every key of <c>silo.yaml</c>. The parser reads by this table and the JSON Schema is written from it.</summary>
internal static class SiloShapes
{
    public static readonly ShapeSpec Worker = new("worker", "'worker'", "What this silo gives to tasks.",
    [
        new("slots", KeyKind.Integer, "Tasks that run side by side.") { Min = 1, Max = 1024, Default = "2" },
        new("memory", KeyKind.Text, "Memory of all tasks together; 60 % of what the machine or container has when it is not given.") { Examples = ["\"8GB\"", "\"512MiB\""] },
        new("threads", KeyKind.Integer, "Threads of all tasks together; one a processor when it is not given.") { Min = 1, Max = 1024 },
        new("spill", KeyKind.Text, "A folder of this machine for what does not fit into memory; below the root when it is not given."),
    ]);

    public static readonly ShapeSpec Tls = new("tls", "'tls'", "Certificates with which silos know each other. Without them they speak plain text.",
    [
        new("certificate", KeyKind.Text, "The silo's certificate chain, a PEM file.") { IsRequired = true },
        new("key", KeyKind.Text, "Its private key, a PEM file without a password.") { IsRequired = true },
        new("authority", KeyKind.Text, "The certificates of the authority that signs silos and nothing else, a PEM file.") { IsRequired = true },
    ]);

    public static readonly ShapeSpec Limits = new("limits", "'limits'", "Times that are the same on all silos of a cluster.",
    [
        new("heartbeat", KeyKind.Duration, "How often a silo renews its lease and probes others.") { Default = "1s" },
        new("lease", KeyKind.Duration, "How long a silo counts as alive after its last heartbeat; at least three heartbeats.") { Default = "8s" },
        new("metadata_wait", KeyKind.Duration, "How long a starting silo waits for a database that does not answer.") { Default = "1m" },
        new("metadata_retry", KeyKind.Duration, "How long reads and writes of metadata are repeated while the database is away.") { Default = "20s" },
        new("drain", KeyKind.Duration, "How long a silo that is told to stop lets its tasks end before it hands them back.") { Default = "8s" },
    ]);

    public static readonly ShapeSpec Api = new("api", "'api'", "Whom the gateway lets in, and what submitted projects may read.",
    [
        new("keys", KeyKind.Flag, "Whether every request must bring a key, also on loopback; any other host always wants one."),
        new("issuer", KeyKind.Text, "The OpenID Connect issuer whose tokens are taken beside keys.") { Examples = ["\"https://login.example.com/\""] },
        new("audience", KeyKind.Text, "Whom its tokens must be for."),
        new("data", KeyKind.Texts, "Folders of this machine that submitted projects may read as if they lay in theirs, relative to this file.") { Examples = ["[\"/srv/incoming\"]"] },
    ]);

    public static readonly ShapeSpec Silo = new("silo", "the silo's file", "One silo of a cluster: silo.yaml. In texts ${NAME} stands for a variable of the environment.",
    [
        new("cluster", KeyKind.Text, "The cluster's name: letters, digits, '-' and '_'; the same on all of its silos.") { IsRequired = true, Examples = ["\"sales\""] },
        new("silo", KeyKind.Text, "This silo's name, for people; the machine's when it is not given.") { Examples = ["\"silo-1\""] },
        new("root", KeyKind.Text, "Where tables and runs lie: a folder that all silos of the cluster share, s3://bucket/prefix or az://container/prefix.") { IsRequired = true, Examples = ["\"/srv/datagrid\"", "\"s3://lake/sales\""] },
        new("workspace", KeyKind.Text, "The workspace.") { Default = "default" },
        new("listen", KeyKind.Text, "Where this silo listens to others, host:port.") { Default = "127.0.0.1:11111", Examples = ["\"0.0.0.0:11111\""] },
        new("advertise", KeyKind.Text, "Where others reach this silo, host:port; where it listens when it is not given.") { Examples = ["\"${POD_IP}:11111\""] },
        new("metadata", KeyKind.Text, "The PostgreSQL database of the cluster's metadata, best as a reference to the environment.") { IsRequired = true, Examples = ["\"${DATAGRID_METADATA}\""] },
        new("admin", KeyKind.Text, "Where /metrics, /healthz and /readyz are offered, host:port; nowhere when it is not given.") { Examples = ["\"0.0.0.0:8081\""] },
        new("gateway", KeyKind.Text, "Where people and programs reach the API, host:port; nowhere when it is not given. Any host but loopback lets only keys in.") { Examples = ["\"0.0.0.0:8321\""] },
        new("api", KeyKind.Object, "Whom the gateway lets in, and what submitted projects may read.") { Shape = Api },
        new("log", KeyKind.Choice, "How log lines are written: as text, or as one JSON object each.") { Choices = ["text", "json"], Default = "text" },
        new("worker", KeyKind.Object, "What this silo gives to tasks.") { Shape = Worker },
        new("tls", KeyKind.Object, "Certificates with which silos know each other.") { Shape = Tls },
        new("limits", KeyKind.Object, "Times that are the same on all silos of a cluster.") { Shape = Limits },
    ]);
}
