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
        // Nothing is ever run here, and optimising costs as much as binding. Constants are still folded, so that CAST('x' AS DATE) fails here and not in a run.
        ["disabled_optimizers"] = "filter_pullup,filter_pushdown,empty_result_pullup,cte_filter_pusher,regex_range,in_clause,join_order,deliminator,unnest_rewriter,"
            + "unused_columns,statistics_propagation,common_subexpressions,common_aggregate,column_lifetime,limit_pushdown,row_group_pruner,top_n,top_n_window_elimination,"
            + "build_side_probe_side,compressed_materialization,duplicate_groups,reorder_filter,sampling_pushdown,join_filter_pushdown,extension,materialized_cte,"
            + "sum_rewriter,late_materialization,cte_inlining,common_subplan,join_elimination,window_self_join",
        // Set here, since the lock keeps a connection from setting it: without it errors have no places.
        ["errors_as_json"] = "true",
        ["lock_configuration"] = "true",
    };
}
