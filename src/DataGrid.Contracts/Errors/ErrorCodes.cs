using System.Collections.Frozen;

namespace DataGrid.Contracts.Errors;

/// <summary>Every code that a <see cref="Problem"/> can have, and the one table that maps them to exit, HTTP and gRPC codes.</summary>
public static class ErrorCodes
{
#pragma warning disable CS1591 // the table below says what each means
    public const string ProjectNotFound = "project_not_found";
    public const string YamlInvalid = "yaml_invalid";
    public const string SpecInvalid = "spec_invalid";
    public const string NameInvalid = "name_invalid";
    public const string DatasetDuplicate = "dataset_duplicate";
    public const string DatasetUnknown = "dataset_unknown";
    public const string DatasetOwned = "dataset_owned";
    public const string DatasetExists = "dataset_exists";
    public const string GraphCycle = "graph_cycle";
    public const string SqlSyntax = "sql_syntax";
    public const string SqlInvalid = "sql_invalid";
    public const string SqlForbidden = "sql_forbidden";
    public const string ColumnUnknown = "column_unknown";
    public const string ColumnAmbiguous = "column_ambiguous";
    public const string TypeUnsupported = "type_unsupported";
    public const string CheckInvalid = "check_invalid";
    public const string ParameterInvalid = "parameter_invalid";
    public const string SelectionInvalid = "selection_invalid";
    public const string UsageInvalid = "usage_invalid";
    public const string SourceMissing = "source_missing";
    public const string SourceUnreadable = "source_unreadable";
    public const string SourceInvalid = "source_invalid";
    public const string SourceDrifted = "source_drifted";
    public const string SourceChanged = "source_changed";
    public const string SchemaBreaking = "schema_breaking";
    public const string FullRefreshNeeded = "full_refresh_needed";
    public const string DataInvalid = "data_invalid";
    public const string MergeKeysInvalid = "merge_keys_invalid";
    public const string CheckFailed = "check_failed";
    public const string RunFailed = "run_failed";
    public const string RunCancelled = "run_cancelled";
    public const string RunUnknown = "run_unknown";
    public const string PartiallyPublished = "partially_published";
    public const string TaskTimeout = "task_timeout";
    public const string CommitConflict = "commit_conflict";
    public const string CommitFenced = "commit_fenced";
    public const string VersionUnknown = "version_unknown";
    public const string VersionVacuumed = "version_vacuumed";
    public const string TableFeatureUnsupported = "table_feature_unsupported";
    public const string TableCorrupt = "table_corrupt";
    public const string OutOfMemory = "out_of_memory";
    public const string WorkerCrashed = "worker_crashed";
    public const string DiskFull = "disk_full";
    public const string PermissionDenied = "permission_denied";
    public const string StoreUnavailable = "store_unavailable";
    public const string RootOwned = "root_owned";
    public const string RootUnusable = "root_unusable";
    public const string MetadataUnusable = "metadata_unusable";
    public const string EnvironmentIncomplete = "environment_incomplete";
    public const string BodyInvalid = "body_invalid";
    public const string BodyTooLarge = "body_too_large";
    public const string MediaTypeUnsupported = "media_type_unsupported";
    public const string NotAcceptable = "not_acceptable";
    public const string RouteUnknown = "route_unknown";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string Unauthenticated = "unauthenticated";
    public const string Forbidden = "forbidden";
    public const string OriginRefused = "origin_refused";
    public const string WorkspaceUnknown = "workspace_unknown";
    public const string PipelineUnknown = "pipeline_unknown";
    public const string PipelinePaused = "pipeline_paused";
    public const string KeyUnknown = "key_unknown";
    public const string BundleInvalid = "bundle_invalid";
    public const string IdempotencyMismatch = "idempotency_mismatch";
    public const string IdempotencyUnsettled = "idempotency_unsettled";
    public const string PreconditionFailed = "precondition_failed";
    public const string RateLimited = "rate_limited";
    public const string Overloaded = "overloaded";
    public const string CompressionUnsupported = "compression_unsupported";
    public const string ServiceUnknown = "service_unknown";
    public const string ServerUnreachable = "server_unreachable";
    public const string DeadlineExceeded = "deadline_exceeded";
    public const string Interrupted = "interrupted";
    public const string Internal = "internal";
#pragma warning restore CS1591

    private static readonly ErrorCode[] Table =
    [
        User(ProjectNotFound, 404), User(YamlInvalid), User(SpecInvalid), User(NameInvalid), User(DatasetDuplicate), User(DatasetUnknown, 404),
        User(DatasetOwned, 409), User(DatasetExists, 409), User(GraphCycle), User(SqlSyntax), User(SqlInvalid), User(SqlForbidden), User(ColumnUnknown),
        User(ColumnAmbiguous), User(TypeUnsupported), User(CheckInvalid), User(ParameterInvalid), User(SelectionInvalid), User(UsageInvalid),
        User(SourceMissing), User(SourceUnreadable), User(SourceInvalid), User(SourceDrifted), User(SourceChanged, 409), User(SchemaBreaking, 409),
        User(FullRefreshNeeded, 409), User(RunUnknown, 404), User(VersionUnknown, 404), User(VersionVacuumed, 410), User(TableFeatureUnsupported),
        Failed(DataInvalid), Failed(MergeKeysInvalid), Failed(CheckFailed), Failed(RunFailed), Failed(RunCancelled), Failed(PartiallyPublished),
        Failed(TaskTimeout), Failed(CommitConflict),
        new(CommitFenced, ErrorDomain.External, RetryHint.Retry, 1, 409, 10),
        new(OutOfMemory, ErrorDomain.External, RetryHint.RetryWithMoreMemory, 1, 507, 8),
        new(WorkerCrashed, ErrorDomain.External, RetryHint.Retry, 1, 503, 14),
        External(DiskFull), External(PermissionDenied), External(StoreUnavailable, RetryHint.Retry), External(RootOwned), External(RootUnusable), External(MetadataUnusable),
        External(EnvironmentIncomplete), External(ServerUnreachable, RetryHint.Retry), External(TableCorrupt),
        Gateway(BodyInvalid, 400, 3), Gateway(BodyTooLarge, 413, 8), Gateway(MediaTypeUnsupported, 415, 3), Gateway(NotAcceptable, 406, 3),
        Gateway(RouteUnknown, 404, 12), Gateway(MethodNotAllowed, 405, 12), Gateway(Unauthenticated, 401, 16), Gateway(Forbidden, 403, 7),
        Gateway(OriginRefused, 403, 7), Gateway(WorkspaceUnknown, 404, 5), Gateway(PipelineUnknown, 404, 5), Gateway(PipelinePaused, 409, 9),
        Gateway(KeyUnknown, 404, 5), Gateway(BundleInvalid, 400, 3), Gateway(IdempotencyMismatch, 409, 9), Gateway(IdempotencyUnsettled, 409, 10),
        Gateway(PreconditionFailed, 412, 9), Gateway(CompressionUnsupported, 415, 12), Gateway(ServiceUnknown, 404, 5),
        new(DeadlineExceeded, ErrorDomain.User, RetryHint.Never, 1, 504, 4),
        new(RateLimited, ErrorDomain.External, RetryHint.Retry, 3, 429, 8),
        new(Overloaded, ErrorDomain.External, RetryHint.Retry, 3, 503, 14),
        new(Interrupted, ErrorDomain.User, RetryHint.Never, 130, 499, 1),
        new(Internal, ErrorDomain.Internal, RetryHint.Never, 1, 500, 13),
    ];

    private static readonly FrozenDictionary<string, ErrorCode> ByCode = Table.ToFrozenDictionary(static row => row.Code, StringComparer.Ordinal);

    /// <summary>Every row.</summary>
    public static IReadOnlyList<ErrorCode> All => Table;

    /// <summary>The row of a code; of <see cref="Internal"/> when a newer peer sent a code that is not known here.</summary>
    public static ErrorCode Find(string code) => ByCode.TryGetValue(code, out var row) ? row : ByCode[Internal];

    private static ErrorCode User(string code, int http = 400) =>
        new(code, ErrorDomain.User, RetryHint.Never, 2, http, http switch { 404 => 5, 409 => 9, 410 => 5, _ => 3 });

    private static ErrorCode Gateway(string code, int http, int grpc) => new(code, ErrorDomain.User, RetryHint.Never, 2, http, grpc);

    private static ErrorCode Failed(string code) => new(code, ErrorDomain.User, RetryHint.Never, 1, 422, 9);

    private static ErrorCode External(string code, RetryHint retry = RetryHint.Never) => new(code, ErrorDomain.External, retry, 3, 503, 14);
}
