using System.Runtime.InteropServices;
using System.Text;

namespace DataGrid.DuckDb.Native;

internal static unsafe class Utf8
{
    internal static string Borrowed(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    /// <summary>Copies a <c>char*</c> that the caller owns, and frees it.</summary>
    internal static string? Owned(byte* text)
    {
        if (text == null)
            return null;
        var copy = Marshal.PtrToStringUTF8((nint)text);
        NativeMethods.Free(text);
        return copy;
    }

    internal static string Decode(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
