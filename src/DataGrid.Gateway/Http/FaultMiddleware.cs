using DataGrid.Contracts.Errors;
using DataGrid.Core.Errors;
using DataGrid.Gateway.Grpc;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Gateway.Http;

/// <summary>Turns whatever ends a request into a problem. Nobody outside sees a stack; the log does.</summary>
internal sealed class FaultMiddleware(RequestDelegate next, ILogger<FaultMiddleware> logger)
{
    /// <summary>Handles one request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
            if (!http.Response.HasStarted && http.Response.ContentLength is null && Silent(http) is { } problem) await ProblemAnswer.WriteAsync(http, problem);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there any more to hear.
        }
        catch (Exception fault)
        {
            if (http.Response.HasStarted && GrpcAnswer.Asks(http))
            {
                // The trailers say that it is not all.
                GrpcAnswer.Fail(http, ProblemsOf(fault, http));
                return;
            }
            if (http.Response.HasStarted)
            {
                // What was sent cannot be taken back: the client must see that it is not all.
                GatewayLog.CutOff(logger, http.Request.Method, http.Request.Path, fault);
                http.Abort();
                return;
            }
            // How long to wait is said by who refuses.
            var wait = http.Response.Headers.RetryAfter;
            http.Response.Clear();
            http.Response.Headers.RetryAfter = wait;
            await ProblemAnswer.WriteAsync(http, ProblemsOf(fault, http));
        }
    }

    private System.Collections.Immutable.ImmutableArray<Problem> ProblemsOf(Exception fault, HttpContext http)
    {
        if (fault is ProblemsException several) return several.Problems;
        if (fault is BadHttpRequestException bad)
        {
            return [new Problem
            {
                Code = bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? ErrorCodes.BodyTooLarge : ErrorCodes.UsageInvalid,
                Message = bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "the body is too long" : "the request cannot be read",
                Help = "see /openapi/v1.json for what it may have",
            }];
        }
        if (fault is OrleansMessageRejectionException or TimeoutException or InconsistentStateException)
        {
            // What is asked for moves to another silo, or its silo does not answer.
            if (!http.Response.HasStarted) http.Response.Headers.RetryAfter = "1";
            return [new Problem { Code = ErrorCodes.StoreUnavailable, Message = $"the silo that has it does not answer: {fault.Message.TrimEnd('.')}", Help = "try again in a few seconds; what made something may have been done" }];
        }
        var problem = FaultProblems.From(fault);
        if (problem.Code != ErrorCodes.Internal) return [problem];
        GatewayLog.Failed(logger, http.Request.Method, http.Request.Path, http.TraceIdentifier, fault);
        return [problem with { Message = "the server broke one of its own rules", Help = $"this is a bug; please report it with the server's log of request {http.TraceIdentifier}" }];
    }

    /// <summary>What the framework answered with a bare status.</summary>
    private static Problem? Silent(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new Problem { Code = ErrorCodes.RouteUnknown, Message = $"there is nothing at {http.Request.Path}", Help = "see /openapi/v1.json for what there is" },
        StatusCodes.Status405MethodNotAllowed => new Problem
        {
            Code = ErrorCodes.MethodNotAllowed, Message = $"{http.Request.Path} does not take {http.Request.Method}", Help = $"it takes {http.Response.Headers.Allow}",
        },
        StatusCodes.Status415UnsupportedMediaType => new Problem { Code = ErrorCodes.MediaTypeUnsupported, Message = "the body is of a type that is not taken here", Help = "send Content-Type: application/json" },
        _ => null,
    };
}
