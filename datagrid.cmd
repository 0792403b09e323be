@echo off
rem The datagrid command from a clone, on Windows: builds the CLI when its sources changed, brings a project's npm data, and runs it.
setlocal
set "ROOT=%~dp0"
set "CLI=%ROOT%src\DataGrid.Cli\bin\Release\net10.0\datagrid.dll"
set "STATE=%ROOT%artifacts\launcher"

where dotnet >nul 2>nul || (
  echo error: .NET is not installed 1>&2
  echo   help: install the .NET SDK 10 or newer from https://dot.net and try again 1>&2
  exit /b 3
)
call :isbuilt || call :build || exit /b 3

set "BRINGS="
for %%C in (run validate plan submit) do if "%~1"=="%%C" set "BRINGS=yes"
if defined BRINGS call :projects %* || exit /b 3

if not defined DOTNET_TieredPGO set DOTNET_TieredPGO=0
dotnet "%CLI%" %*
exit /b %ERRORLEVEL%

:isbuilt
if not exist "%CLI%" exit /b 1
if not exist "%STATE%\started" exit /b 1
rem PowerShell reads the folders from the environment: a quote in a path would end a quoted one.
powershell -NoProfile -Command "$t = (Get-Item -LiteralPath ($env:STATE + '\started')).LastWriteTimeUtc; $files = @(Get-ChildItem -LiteralPath ($env:ROOT + 'src') -Recurse -File | Where-Object { $_.FullName -notmatch '\\(bin|obj|node_modules)\\' }) + @(Get-ChildItem -Path ($env:ROOT + 'Directory.*')) + @(Get-Item -LiteralPath ($env:ROOT + 'package-lock.json')); exit [int]($null -ne ($files | Where-Object { $_.LastWriteTimeUtc -gt $t } | Select-Object -First 1))"
exit /b %ERRORLEVEL%

:build
where npm >nul 2>nul || (
  echo error: Node.js with npm is not installed; DuckDB's native library comes from npm 1>&2
  echo   help: install Node.js 20 or newer from https://nodejs.org and try again 1>&2
  exit /b 3
)
if not exist "%STATE%" mkdir "%STATE%"
echo datagrid: building 1>&2
type nul > "%STATE%\starting"
dotnet build "%ROOT%src\DataGrid.Cli\DataGrid.Cli.csproj" -c Release -nologo -v quiet -clp:NoSummary > "%STATE%\build.log" 2>&1 || (
  type "%STATE%\build.log" 1>&2
  echo error: the build failed 1>&2
  exit /b 3
)
move /y "%STATE%\starting" "%STATE%\started" >nul
exit /b 0

:projects
rem Any argument may be the project's folder: options can stand before it. Without one it is the current folder.
set "FOUND="
:nextargument
shift
if "%~1"=="" goto :lastargument
if exist "%~1\datagrid.yaml" (
  set "FOUND=yes"
  call :packages "%~1" || exit /b 3
)
goto :nextargument
:lastargument
if not defined FOUND call :packages "." || exit /b 3
exit /b 0

:packages
set "PROJECT=%~1"
if not exist "%PROJECT%\datagrid.yaml" exit /b 0
if not exist "%PROJECT%\package-lock.json" exit /b 0
if not exist "%PROJECT%\node_modules\.package-lock.json" goto :fetch
powershell -NoProfile -Command "exit [int]((Get-Item -LiteralPath ($env:PROJECT + '\package-lock.json')).LastWriteTimeUtc -gt (Get-Item -LiteralPath ($env:PROJECT + '\node_modules\.package-lock.json')).LastWriteTimeUtc)" && exit /b 0
:fetch
where npm >nul 2>nul || (
  echo error: Node.js with npm is not installed; %PROJECT% takes its data from npm packages 1>&2
  echo   help: install Node.js 20 or newer from https://nodejs.org and try again 1>&2
  exit /b 3
)
echo datagrid: fetching the npm packages of %PROJECT% 1>&2
pushd "%PROJECT%"
call npm ci --ignore-scripts --no-audit --no-fund --loglevel=error 1>&2
set "FETCHED=%ERRORLEVEL%"
popd
if not "%FETCHED%"=="0" echo error: the npm packages of %PROJECT% could not be fetched 1>&2
exit /b %FETCHED%
