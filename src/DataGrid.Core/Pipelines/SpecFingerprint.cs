using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;

namespace DataGrid.Core.Pipelines;

/// <summary>Hashes what a project means: equal projects have equal fingerprints, in every folder and on every machine. Places of things in files are left
/// out, and what follows from the rest (lineage, what is read).</summary>
public static class SpecFingerprint
{
    /// <summary>SHA-256 over the spec, hexadecimal.</summary>
    public static string Of(PipelineSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var writer = new Writer(hash);
        writer.Texts(spec.Id.Value, spec.Description, spec.Owner);
        writer.Each(spec.Sources, source => Source(writer, source));
        writer.Each(spec.Parameters, parameter => writer.Texts(parameter.Name, parameter.Type, parameter.Default));
        writer.Each(spec.Steps, step => Step(writer, step));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Source(Writer writer, SourceSpec source)
    {
        writer.Texts(source.Name.ToString(), source.Format.ToString(), source.HasContract.ToString(), Number(source.ContractColumns), source.OnDrift.ToString(), source.Description, source.Owner);
        writer.Each(source.Files, glob => writer.Texts(glob));
        writer.Each(source.Columns, column => Column(writer, column));
        writer.Each(source.FormatSettings, setting => writer.Texts(setting.Key, setting.Value));
    }

    private static void Step(Writer writer, StepSpec step)
    {
        writer.Texts(step.Name.ToString(), step.File, step.Sql, step.Materialization.ToString(), step.Incremental?.ToString(), step.PerBatch.ToString(), step.Description, step.Owner);
        writer.Texts(Number(step.Retries), Number(step.Backoff.Ticks), Number(step.Timeout.Ticks), step.KeepsOrder.ToString());
        writer.Each(step.PartitionBy, column => writer.Texts(column));
        writer.Each(step.Keys, column => writer.Texts(column));
        writer.Each(step.Tags, tag => writer.Texts(tag));
        writer.Each(step.Columns, column => Column(writer, column));
        writer.Each(step.Checks, check => Check(writer, check));
    }

    private static void Check(Writer writer, CheckSpec check)
    {
        writer.Texts(check.Name, check.Kind.ToString(), check.Otherwise.ToString(), check.Expression, check.ReferencedDataset?.ToString(), check.ReferencedColumn,
            check.MinRows is { } min ? Number(min) : null, check.MaxRows is { } max ? Number(max) : null);
        writer.Each(check.Columns, column => writer.Texts(column));
    }

    private static void Column(Writer writer, ColumnSpec column) => writer.Texts(column.Name, column.Type, column.Description);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes lengths before contents, so that different specs never give the same bytes.</summary>
    private sealed class Writer(IncrementalHash hash)
    {
        public void Texts(params ReadOnlySpan<string?> texts)
        {
            foreach (var text in texts)
            {
                Length(text is null ? -1 : Encoding.UTF8.GetByteCount(text));
                if (text is not null) hash.AppendData(Encoding.UTF8.GetBytes(text));
            }
        }

        public void Each<T>(IReadOnlyCollection<T> items, Action<T> write)
        {
            Length(items.Count);
            foreach (var item in items) write(item);
        }

        private void Length(int length)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
            hash.AppendData(bytes);
        }
    }
}
