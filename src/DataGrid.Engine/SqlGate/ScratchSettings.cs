namespace DataGrid.Engine.SqlGate;

/// <summary>The settings of an instance that parses and binds but never reads: no files, no extensions, no change of settings.</summary>
internal static class ScratchSettings
{
    public static IReadOnlyDictionary<string, string> Locked { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["threads"] = "1",
        ["memory_limit"] = "512MB",
        ["temp_directory"] = "",
        ["autoinstall_known_extensions"] = "false",
        ["autoload_known_extensions"] = "false",
        ["allow_community_extensions"] = "false",
        ["allow_persistent_secrets"] = "false",
        ["enable_external_access"] = "false",
        // Set here, since the lock keeps a connection from setting it: without it errors have no places.
        ["errors_as_json"] = "true",
        ["lock_configuration"] = "true",
    };
}
