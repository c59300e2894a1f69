# Thin verbs over dotnet: ./build.ps1 build | test | run | bench | format | publish
param([string]$Verb = "build", [Parameter(ValueFromRemainingArguments)][string[]]$Rest)
switch ($Verb) {
  "build" { dotnet build Portico.slnx -c Release @Rest }
  "test" { dotnet test --solution Portico.slnx -c Release @Rest }
  "run" { dotnet run --project standalone -c Release @Rest }
  "bench" { dotnet run --project bench -c Release -- @Rest }
  "format" { dotnet format Portico.slnx @Rest }
  "publish" { dotnet publish standalone -c Release @Rest }
  default { Write-Error "unknown verb '$Verb': build, test, run, bench, format or publish"; exit 2 }
}
exit $LASTEXITCODE
