using System.Runtime.InteropServices;

namespace DataGrid.DuckDb.Native;

/// <summary>Builds native types from descriptions.</summary>
internal static unsafe class NativeTypes
{
    internal static LogicalTypeHandle Create(DuckDbLogicalType type)
    {
        switch (type.Kind)
        {
            case DuckDbTypeKind.Decimal:
                return new LogicalTypeHandle(NativeMethods.CreateDecimalType((byte)type.Width, (byte)type.Scale));
            case DuckDbTypeKind.List:
                using (var element = Create(type.Element))
                    return new LogicalTypeHandle(NativeMethods.CreateListType(element.Raw));
            case DuckDbTypeKind.Array:
                using (var element = Create(type.Element))
                    return new LogicalTypeHandle(NativeMethods.CreateArrayType(element.Raw, (ulong)type.ArrayLength));
            case DuckDbTypeKind.Map:
                using (var key = Create(type.Fields[0].Type))
                using (var value = Create(type.Fields[1].Type))
                    return new LogicalTypeHandle(NativeMethods.CreateMapType(key.Raw, value.Raw));
            case DuckDbTypeKind.Struct or DuckDbTypeKind.Union:
                return WithFields(type);
            case DuckDbTypeKind.Enum:
                return WithNames(type.EnumValues, names => NativeMethods.CreateEnumType((byte**)names, (ulong)type.EnumValues.Count));
            default:
                return new LogicalTypeHandle(NativeMethods.CreateLogicalType((int)type.Kind));
        }
    }

    private static LogicalTypeHandle WithFields(DuckDbLogicalType type)
    {
        var handles = type.Fields.Select(f => Create(f.Type)).ToArray();
        try
        {
            var raw = handles.Select(h => h.Raw).ToArray();
            return WithNames([.. type.Fields.Select(f => f.Name)], names =>
            {
                fixed (nint* types = raw)
                {
                    return type.Kind == DuckDbTypeKind.Struct
                        ? NativeMethods.CreateStructType(types, (byte**)names, (ulong)raw.Length)
                        : NativeMethods.CreateUnionType(types, (byte**)names, (ulong)raw.Length);
                }
            });
        }
        finally
        {
            Array.ForEach(handles, h => h.Dispose());
        }
    }

    private static LogicalTypeHandle WithNames(IReadOnlyList<string> names, Func<nint, nint> create)
    {
        var texts = names.Select(Marshal.StringToCoTaskMemUTF8).ToArray();
        try
        {
            fixed (nint* first = texts)
                return new LogicalTypeHandle(create((nint)first));
        }
        finally
        {
            Array.ForEach(texts, Marshal.FreeCoTaskMem);
        }
    }
}
