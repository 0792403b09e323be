namespace DataGrid.Contracts.Silos;

/// <summary>What membership knows of silos, as far as those need it who lend work to them. Filled by whoever keeps the membership.</summary>
public interface ISiloStatus
{
    /// <summary>This silo and its generation, as one word: a silo that is started again is another one.</summary>
    string Self { get; }

    /// <summary>Whether a silo was declared dead or has left: whatever it held may be given to others at once. False for one that is not known (yet).</summary>
    bool IsDead(string silo);
}
