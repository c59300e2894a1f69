using Portico.Gateway.Commands;
using Portico.Gateway.Loops;

namespace Portico.Gateway.Tests.Loops;

public sealed class ExecuteAnswersTests
{
    [Fact]
    public void End_BetweenTheLookAndTheTaking_IsTold()
    {
        using var answers = new ExecuteAnswers(1000, 1000);
        answers.OnAnswer(1, CommandOutcome.Done(1), null);
        Assert.True(answers.WaitAsync().IsCompleted);

        // As the writer does it: it looks whether all is done, and the last request ends just behind that.
        answers.Rearm();
        answers.End();
        Assert.NotEqual(0, answers.TakeAll(new Queue<int>()).Length);

        Assert.True(answers.WaitAsync().IsCompleted);
    }
}
