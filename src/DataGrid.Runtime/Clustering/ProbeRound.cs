using System.Diagnostics.CodeAnalysis;
using DataGrid.Runtime.Membership;
using Orleans.Runtime;

namespace DataGrid.Runtime.Clustering;

/// <summary>
/// Direct questions to some of the other silos, one round per heartbeat. Each silo asks the next ones in the order of addresses, so that
/// each is asked by as many.
/// </summary>
internal sealed class ProbeRound(Cluster cluster)
{
    private readonly Dictionary<SiloAddress, Probe> _probes = [];

    /// <summary>Silos that owe an answer.</summary>
    public IReadOnlyList<SiloAddress> Unanswered
    {
        get
        {
            lock (_probes)
                return [.. _probes.Where(pair => !pair.Value.Question.IsAnswered).Select(pair => pair.Key)];
        }
    }

    /// <summary>Counts who has not answered since the last round, and asks again.</summary>
    /// <returns>Who has been silent for <see cref="ClusteringOptions.MissedProbes"/> rounds.</returns>
    public IReadOnlySet<SiloAddress> Step(MembershipTable table)
    {
        var silent = new HashSet<SiloAddress>();
        lock (_probes)
        {
            var targets = Targets(table);
            foreach (var gone in _probes.Keys.Except(targets).ToArray())
                _probes.Remove(gone);
            foreach (var silo in targets)
            {
                if (!_probes.TryGetValue(silo, out var probe))
                {
                    _probes[silo] = new Probe(Ask(silo), 0);
                    continue;
                }

                var missed = probe.Question.IsAnswered ? 0 : probe.Missed + 1;
                if (missed >= cluster.Options.MissedProbes)
                    silent.Add(silo);
                // One that is still on its way is not asked twice: a silent silo must not fill the connection's queue.
                _probes[silo] = new Probe(probe.Question.IsOver ? Ask(silo) : probe.Question, missed);
            }
        }

        return silent;
    }

    private List<SiloAddress> Targets(MembershipTable table)
    {
        var others = table.Rows.Where(row => row.Status == MembershipStatus.Active && !row.Address.Equals(cluster.Self)).Select(row => row.Address).Order().ToList();
        var next = others.FindIndex(silo => silo.CompareTo(cluster.Self) > 0);
        return [.. others.Skip(Math.Max(next, 0)).Concat(others.Take(Math.Max(next, 0))).Take(cluster.Options.ProbedSilos)];
    }

    private Question Ask(SiloAddress silo)
    {
        var question = new Question();
        _ = AskAsync(silo, question);
        return question;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Any failure is a missing answer.")]
    private async Task AskAsync(SiloAddress silo, Question question)
    {
        try
        {
            await cluster.Transport.LinkTo(silo).PingAsync().ConfigureAwait(false);
            question.IsAnswered = true;
        }
        catch (Exception)
        {
            // The link has logged why.
        }

        question.IsOver = true;
    }

    private sealed record Probe(Question Question, int Missed);

    private sealed class Question
    {
        private volatile bool _answered;
        private volatile bool _over;

        public bool IsAnswered { get => _answered; set => _answered = value; }

        public bool IsOver { get => _over; set => _over = value; }
    }
}
