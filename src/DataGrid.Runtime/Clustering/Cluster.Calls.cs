using DataGrid.Runtime.Transport;
using DataGrid.Runtime.Wire;
using Orleans.Runtime;

namespace DataGrid.Runtime.Clustering;

/// <summary>Calls from and to other silos.</summary>
internal sealed partial class Cluster
{
    // A call may go once to where a silo that was not the right one points; after that, views have to agree first.
    private const int MaxHops = 1;

    /// <summary>Sends a call to the silo that its grain belongs to; false when that is this one.</summary>
    public bool TrySend(Call call)
    {
        if (ElsewhereOf(call.Reference.PlacementHash) is not { } owner)
            return false;
        if (call is not InboundCall inbound)
            Send(call, owner);
        else if (!inbound.Method.OneWay)
            inbound.Redirect(owner);
        else if (inbound.Hops < MaxHops)
            Send(inbound, owner);
        else
            Silo.Log.OneWayFailed(call.Method.ActivityName, call.Reference.GrainId, new SiloUnavailableException($"It belongs to {owner}, and was passed on before."));
        return true;
    }

    /// <summary>The arguments as they travel: what the caller changes after this does not change them.</summary>
    public byte[] Pack(Call call)
    {
        try
        {
            using var writer = new WireWriter(Options.MaxFrameBytes);
            writer.Varint((ulong)call.Arguments.Length);
            for (var i = 0; i < call.Arguments.Length; i++)
                Codecs.For(call.Method.Parameters[i].ParameterType).WriteSlot(writer, call.Arguments[i]);
            return writer.Written.ToArray();
        }
        catch (WireLimitException error)
        {
            throw TooBig("The arguments", call, error);
        }
    }

    /// <summary>Arguments that came back to this silo, where the grain now is.</summary>
    public void Unpack(Call call)
    {
        var reader = new WireReader(call.Payload);
        var token = call.Method.CancellationIndex;
        var own = token < 0 ? null : call.Arguments[token];
        call.Arguments = ReadArguments(call.Method, ref reader);
        if (token >= 0)
            call.Arguments[token] = own;
        call.Payload = null;
    }

    /// <summary>A call that came: made ready to run, or answered at once when this silo cannot know it.</summary>
    public InboundCall? Receive(InboundConnection connection, ulong number, RequestHeader header, ref WireReader reader)
    {
        try
        {
            var reference = (GeneratedReference)Silo.GetReference(Codecs.Names.FindInterface(header.Interface), header.Target);
            var method = reference.Interface.MethodOf(header.Method)
                ?? throw new NotSupportedException($"{Self} does not know {header.Interface}.{header.Method}: the caller is of another version.");
            var call = new InboundCall(this, connection, reference, method, ReadArguments(method, ref reader))
            {
                SourceId = header.Source,
                RequestContext = header.Context,
                Hops = header.Hops,
                Number = number,
                Deadline = header.Remaining is { } remaining ? Silo.Time.GetTimestamp() + (long)(remaining.TotalSeconds * Silo.Time.TimestampFrequency) : 0,
            };
            if (method.CancellationIndex >= 0)
                call.LinkToken();
            return call;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The frame is whole, so the connection is good; only this call is not.
            if (header.OneWay)
                Silo.Log.OneWayFailed(header.Method, header.Target, error);
            else
                connection.Answer(EncodeError(number, $"{header.Interface}.{header.Method} of {header.Target}", error));
            return null;
        }
    }

    /// <summary>The answer to a call.</summary>
    public void OnResponse(Call call, WireReader reader)
    {
        try
        {
            var status = ResponseStatus.Done;
            object? result = null;
            Exception? error = null;
            SiloAddress? owner = null;
            while (reader.Field(out var number, out var kind))
            {
                switch (number)
                {
                    case 0: status = (ResponseStatus)reader.Number(); break;
                    case 1: result = Codecs.For(call.Method.ResultType!).ReadPayload(ref reader, kind); break;
                    case 2: error = (Exception?)Codecs.For(typeof(Exception)).ReadPayload(ref reader, kind); break;
                    case 3: owner = SiloAddress.FromParsableString(reader.Text()); break;
                    case 4: OnNewerView(reader.Number()); break;
                    default: reader.Skip(kind); break;
                }
            }

            call.Link = null;
            if (status == ResponseStatus.Elsewhere)
                OnElsewhere(call, owner);
            else if (status == ResponseStatus.Done)
                call.SucceedRemotely(result);
            else
                call.Fail(error ?? new OrleansException("The call failed; its error was lost."));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            call.Fail(new OrleansException($"{call.Method.ActivityName} of {call.Reference.GrainId} ended, and its answer cannot be read: {error.Message}", error));
        }
    }

    /// <summary>A frame that never left.</summary>
    public void OnUnsent(OutgoingFrame frame, string reason)
    {
        frame.Pinging?.TrySetException(new IOException(reason));
        frame.Release();
        if (frame.Call is { } call)
            RetryLater(call, reason);
    }

    public OutgoingFrame EncodeResult(InboundCall call, object? result)
    {
        try
        {
            return Encode(call.Number, writer =>
            {
                if (call.Method.ResultType is { } type)
                    Codecs.For(type).WriteField(writer, 1, result);
            });
        }
        catch (WireLimitException error)
        {
            return EncodeError(call, TooBig("The result", call, error));
        }
        catch (NotSupportedException error)
        {
            return EncodeError(call, error);
        }
    }

    public OutgoingFrame EncodeElsewhere(InboundCall call, SiloAddress owner) => Encode(call.Number, writer =>
    {
        writer.NumberField(0, (int)ResponseStatus.Elsewhere);
        writer.TextField(3, owner.ToParsableString());
        writer.NumberField(4, View.Version);
    });

    public OutgoingFrame EncodeError(InboundCall call, Exception error) => EncodeError(call.Number, $"{call.Method.ActivityName} of {call.Reference.GrainId}", error);

    private OutgoingFrame EncodeError(ulong number, string what, Exception error)
    {
        try
        {
            return Encode(number, writer => WriteError(writer, error));
        }
        catch (WireLimitException)
        {
            return Encode(number, writer => WriteError(writer, new OrleansException($"{what} failed with a {error.GetType()} whose text is larger than a message may be.")));
        }
    }

    private void WriteError(WireWriter writer, Exception error)
    {
        writer.NumberField(0, (int)ResponseStatus.Failed);
        Codecs.For(typeof(Exception)).WriteField(writer, 2, error);
    }

    private OutgoingFrame Encode(ulong number, Action<WireWriter> write)
    {
        using var writer = OutgoingFrame.Begin(Options.MaxFrameBytes);
        write(writer);
        writer.EndFields();
        return OutgoingFrame.End(writer, FrameKind.Response, number);
    }

    private void OnElsewhere(Call call, SiloAddress? owner)
    {
        if (owner is not null && !owner.Equals(Self) && call.Redirects++ < MaxHops)
            Send(call, owner);
        else
            RetryLater(call, $"Silos do not agree yet whose {call.Reference.GrainId} is.");
    }

    private void Send(Call call, SiloAddress owner)
    {
        call.Payload ??= Pack(call);
        var link = Transport.LinkTo(owner);
        call.Link = link;
        if (call is not InboundCall)
        {
            call.Number = 0;
            call.UnsentReason ??= $"There was no connection to {owner} yet.";
        }

        try
        {
            using var writer = OutgoingFrame.Begin(Options.MaxFrameBytes);
            RequestHeader.Write(writer, Codecs, new RequestHeader
            {
                Target = call.Reference.GrainId,
                Interface = call.Reference.InterfaceType.ToString(),
                Method = call.Reference.Interface.WireNameOf(call.Method),
                OneWay = call.Method.OneWay,
                Remaining = call.Method.OneWay ? null : TimeSpan.FromSeconds((call.Deadline - Silo.Time.GetTimestamp()) / (double)Silo.Time.TimestampFrequency),
                Hops = call is InboundCall inbound ? inbound.Hops + 1 : 0,
                View = View.Version,
                Source = call.SourceId,
                Context = call.RequestContext,
            });
            writer.Raw(call.Payload);
            link.Send(OutgoingFrame.End(writer, FrameKind.Request, 0, call));
        }
        catch (WireLimitException error)
        {
            throw TooBig("The request", call, error);
        }
    }

    private object?[] ReadArguments(InterfaceMethod method, ref WireReader reader)
    {
        var arguments = new object?[method.Parameters.Length];
        var count = reader.Count();
        for (var i = 0; i < arguments.Length; i++)
        {
            // A parameter that an older caller does not know has its default.
            var codec = Codecs.For(method.Parameters[i].ParameterType);
            arguments[i] = i < count ? codec.ReadSlot(ref reader) : method.Parameters[i].HasDefaultValue ? method.Parameters[i].DefaultValue : codec.NullValue;
        }

        return arguments;
    }

    private LimitExceededException TooBig(string what, Call call, WireLimitException error) => new(
        $"{what} of {call.Method.ActivityName} of {call.Reference.GrainId} is larger than {nameof(ClusteringOptions.MaxFrameBytes)} ({Options.MaxFrameBytes} bytes; it reached {error.Bytes}): data never travels in grain calls, send the name of a file instead.");
}
