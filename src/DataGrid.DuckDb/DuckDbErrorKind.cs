namespace DataGrid.DuckDb;

/// <summary>What kind of failure DuckDB reported. The numbers are those of the C API's duckdb_error_type.</summary>
public enum DuckDbErrorKind
{
    /// <summary>Not told.</summary>
    Unknown = 0,

    /// <summary>A value is outside its type's range.</summary>
    OutOfRange = 1,

    /// <summary>A value could not be cast.</summary>
    Conversion = 2,

    /// <summary>A type is not known.</summary>
    UnknownType = 3,

    /// <summary>A decimal operation failed.</summary>
    Decimal = 4,

    /// <summary>Two types do not match.</summary>
    MismatchType = 5,

    /// <summary>Division by zero.</summary>
    DivideByZero = 6,

    /// <summary>A value is too large.</summary>
    ObjectSize = 7,

    /// <summary>A type cannot be used here.</summary>
    InvalidType = 8,

    /// <summary>A plan or value could not be written or read.</summary>
    Serialization = 9,

    /// <summary>A transaction conflicts or was aborted.</summary>
    Transaction = 10,

    /// <summary>The engine does not do this.</summary>
    NotImplemented = 11,

    /// <summary>An expression is wrong.</summary>
    Expression = 12,

    /// <summary>A table, column, function or setting does not exist, or exists already.</summary>
    Catalog = 13,

    /// <summary>The SQL text is not SQL.</summary>
    Parser = 14,

    /// <summary>The planner failed.</summary>
    Planner = 15,

    /// <summary>The task scheduler failed.</summary>
    Scheduler = 16,

    /// <summary>The executor failed.</summary>
    Executor = 17,

    /// <summary>A constraint (NOT NULL, UNIQUE, CHECK …) was violated.</summary>
    Constraint = 18,

    /// <summary>An index failed.</summary>
    Index = 19,

    /// <summary>Statistics failed.</summary>
    Statistics = 20,

    /// <summary>The connection failed.</summary>
    Connection = 21,

    /// <summary>Wrong syntax, found after parsing.</summary>
    Syntax = 22,

    /// <summary>A setting is wrong.</summary>
    Settings = 23,

    /// <summary>Names or types in the SQL do not resolve.</summary>
    Binder = 24,

    /// <summary>A network failure.</summary>
    Network = 25,

    /// <summary>The optimizer failed.</summary>
    Optimizer = 26,

    /// <summary>A null pointer inside the engine.</summary>
    NullPointer = 27,

    /// <summary>A file could not be found, read or written, or is corrupt.</summary>
    IO = 28,

    /// <summary>The query was interrupted, and not by this call's token.</summary>
    Interrupt = 29,

    /// <summary>The instance is invalid from now on and must be closed.</summary>
    Fatal = 30,

    /// <summary>A defect of the engine.</summary>
    Internal = 31,

    /// <summary>Wrong arguments or wrong data (a malformed CSV line, a division of types …).</summary>
    InvalidInput = 32,

    /// <summary>The memory limit was reached.</summary>
    OutOfMemory = 33,

    /// <summary>Refused by the instance's configuration.</summary>
    Permission = 34,

    /// <summary>A parameter's type cannot be inferred.</summary>
    ParameterNotResolved = 35,

    /// <summary>A parameter may not stand here.</summary>
    ParameterNotAllowed = 36,

    /// <summary>Something else depends on it.</summary>
    Dependency = 37,

    /// <summary>An HTTP failure.</summary>
    Http = 38,

    /// <summary>An extension is not there.</summary>
    MissingExtension = 39,

    /// <summary>An extension could not be loaded by itself.</summary>
    Autoload = 40,

    /// <summary>A sequence failed.</summary>
    Sequence = 41,

    /// <summary>A configuration option was refused.</summary>
    InvalidConfiguration = 42,
}
