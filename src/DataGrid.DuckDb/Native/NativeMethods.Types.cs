using System.Runtime.InteropServices;

namespace DataGrid.DuckDb.Native;

/// <content>Logical types, chunks and vectors.</content>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Lib, EntryPoint = "duckdb_create_logical_type")]
    internal static partial nint CreateLogicalType(int type);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_decimal_type")]
    internal static partial nint CreateDecimalType(byte width, byte scale);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_list_type")]
    internal static partial nint CreateListType(nint child);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_array_type")]
    internal static partial nint CreateArrayType(nint child, ulong size);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_map_type")]
    internal static partial nint CreateMapType(nint key, nint value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_struct_type")]
    internal static partial nint CreateStructType(nint* types, byte** names, ulong count);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_union_type")]
    internal static partial nint CreateUnionType(nint* types, byte** names, ulong count);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_enum_type")]
    internal static partial nint CreateEnumType(byte** names, ulong count);

    [LibraryImport(Lib, EntryPoint = "duckdb_destroy_logical_type")]
    internal static partial void DestroyLogicalType(ref nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_get_type_id")]
    internal static partial int TypeId(nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_logical_type_get_alias")]
    internal static partial byte* TypeAlias(nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_decimal_width")]
    internal static partial byte DecimalWidth(nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_decimal_scale")]
    internal static partial byte DecimalScale(nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_enum_dictionary_size")]
    internal static partial uint EnumDictionarySize(nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_enum_dictionary_value")]
    internal static partial byte* EnumDictionaryValue(nint type, ulong index);

    [LibraryImport(Lib, EntryPoint = "duckdb_list_type_child_type")]
    internal static partial nint ListChildType(nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_array_type_child_type")]
    internal static partial nint ArrayChildType(nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_array_type_array_size")]
    internal static partial ulong ArraySize(nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_map_type_key_type")]
    internal static partial nint MapKeyType(nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_map_type_value_type")]
    internal static partial nint MapValueType(nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_struct_type_child_count")]
    internal static partial ulong StructChildCount(nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_struct_type_child_name")]
    internal static partial byte* StructChildName(nint type, ulong index);

    [LibraryImport(Lib, EntryPoint = "duckdb_struct_type_child_type")]
    internal static partial nint StructChildType(nint type, ulong index);

    [LibraryImport(Lib, EntryPoint = "duckdb_union_type_member_count")]
    internal static partial ulong UnionMemberCount(nint type);

    [LibraryImport(Lib, EntryPoint = "duckdb_union_type_member_name")]
    internal static partial byte* UnionMemberName(nint type, ulong index);

    [LibraryImport(Lib, EntryPoint = "duckdb_union_type_member_type")]
    internal static partial nint UnionMemberType(nint type, ulong index);

    [LibraryImport(Lib, EntryPoint = "duckdb_vector_size")]
    internal static partial ulong VectorSize();

    [LibraryImport(Lib, EntryPoint = "duckdb_create_data_chunk")]
    internal static partial nint CreateDataChunk(nint* types, ulong count);

    [LibraryImport(Lib, EntryPoint = "duckdb_destroy_data_chunk")]
    internal static partial void DestroyDataChunk(ref nint chunk);

    [LibraryImport(Lib, EntryPoint = "duckdb_data_chunk_reset")]
    internal static partial void DataChunkReset(nint chunk);

    [LibraryImport(Lib, EntryPoint = "duckdb_data_chunk_get_size")]
    internal static partial ulong DataChunkSize(nint chunk);

    [LibraryImport(Lib, EntryPoint = "duckdb_data_chunk_set_size")]
    internal static partial void DataChunkSetSize(nint chunk, ulong size);

    [LibraryImport(Lib, EntryPoint = "duckdb_data_chunk_get_vector")]
    internal static partial nint DataChunkVector(nint chunk, ulong column);

    [LibraryImport(Lib, EntryPoint = "duckdb_vector_get_data")]
    internal static partial void* VectorData(nint vector);

    [LibraryImport(Lib, EntryPoint = "duckdb_vector_get_validity")]
    internal static partial ulong* VectorValidity(nint vector);

    [LibraryImport(Lib, EntryPoint = "duckdb_vector_ensure_validity_writable")]
    internal static partial void VectorEnsureValidityWritable(nint vector);

    [LibraryImport(Lib, EntryPoint = "duckdb_vector_assign_string_element_len")]
    internal static partial void VectorAssignString(nint vector, ulong index, byte* text, ulong length);

    [LibraryImport(Lib, EntryPoint = "duckdb_list_vector_get_child")]
    internal static partial nint ListVectorChild(nint vector);

    [LibraryImport(Lib, EntryPoint = "duckdb_list_vector_get_size")]
    internal static partial ulong ListVectorSize(nint vector);

    [LibraryImport(Lib, EntryPoint = "duckdb_list_vector_set_size")]
    internal static partial int ListVectorSetSize(nint vector, ulong size);

    [LibraryImport(Lib, EntryPoint = "duckdb_list_vector_reserve")]
    internal static partial int ListVectorReserve(nint vector, ulong capacity);

    [LibraryImport(Lib, EntryPoint = "duckdb_struct_vector_get_child")]
    internal static partial nint StructVectorChild(nint vector, ulong index);

    [LibraryImport(Lib, EntryPoint = "duckdb_array_vector_get_child")]
    internal static partial nint ArrayVectorChild(nint vector);
}
